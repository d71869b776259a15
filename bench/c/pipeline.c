/*
 * The limit that Holdfast's mover is measured against: the steps of a first backup of a raw image, in C.
 *
 *   pipeline IMAGE FOLDER LEVEL THREADS
 *
 * Threads take turns of 4 MiB from one counter; each block of 512 KiB is read, compared with zeros, hashed (SHA-256), named
 * (HMAC-SHA-256), looked up in the table that the threads share, compressed (zstd LEVEL), sealed (AES-256-GCM, a key for
 * each pack) and appended to the thread's pack of 16 MiB, which is written as the disk store writes: under a temporary
 * name, synced, linked, its folder synced. Then each thread's index object. Packs and index are a library's own
 * (docs/library-format.md); the keys are in HOLDFAST_PIPELINE_KEYS (128 hex digits: data key, id key) or random.
 * Left out: pages, map, recovery point, a sample read back (some hundred KiB and milliseconds).
 *
 * Everything that a loop could make anew is made once for each thread; zstd knows the size of what it is given. 0 or death.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

enum {
  BLOCK = 524288,
  TURN = 8,
  PACK = 16 * 1024 * 1024,
  MOST_BLOCKS = 4096,
  HEADER = 48,
  TAG = 16,
  ENTRY = 36,
  TRAILER = 16,
  ID = 32,
  RANDOM_ID = 16,
  SALT = 32,
  MOST_PATH = 4096,
  KIND_PACK = 1,
  KIND_INDEX = 2,
  PLAIN = 0,
  ZSTD = 1,
};
static const uint32_t INDEX_POSITION = 0xffffffff;

static const char *folder;
static int image, level;
static uint64_t blocks;
static atomic_uint_fast64_t next_turn;
static uint8_t data_key[32], block_id_key[32];
static const uint8_t zeros[BLOCK];

static _Noreturn void die(const char *format, ...) {
  va_list values;
  va_start(values, format);
  vfprintf(stderr, format, values);
  fprintf(stderr, " (%s)\n", strerror(errno));
  exit(1);
}
static void check(int worked, const char *what) {
  if (!worked) die("%s failed", what);
}

static void put32(uint8_t *at, uint32_t value) {
  for (int n = 0; n < 4; n++) at[n] = (uint8_t)(value >> (8 * n));
}
static void random_bytes(uint8_t *into, size_t count) { check(getrandom(into, count, 0) == (ssize_t)count, "getrandom"); }
static void hex(const uint8_t *bytes, char *text) {
  for (int n = 0; n < RANDOM_ID; n++) sprintf(text + 2 * n, "%02x", bytes[n]);
}

static void hkdf(const uint8_t key[32], const uint8_t *salt, size_t salt_length, const char *info, uint8_t out[32]) {
  EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
  EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
  OSSL_PARAM params[5], *param = params;
  *param++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, "SHA256", 0);
  *param++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, 32);
  if (salt_length > 0) *param++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_length);
  *param++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, strlen(info));
  *param = OSSL_PARAM_construct_end();
  check(EVP_KDF_derive(ctx, out, 32, params) > 0, "HKDF");
  EVP_KDF_CTX_free(ctx);
  EVP_KDF_free(kdf);
}

/* Ids of all stored blocks. One lock: it is taken some thousand times a second, for a few cache lines. */
static struct {
  pthread_mutex_t lock;
  uint8_t (*ids)[ID];
  uint8_t *used;
  uint64_t mask;
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void open_table(uint64_t most) {
  uint64_t slots = 1024;
  while (slots < most * 2) slots *= 2;
  table.ids = malloc(slots * ID);
  table.used = calloc(slots, 1);
  table.mask = slots - 1;
  check(table.ids && table.used, "malloc");
}
/* Whether nobody had it yet; from now on the caller has. */
static int claim(const uint8_t id[ID]) {
  uint64_t at;
  memcpy(&at, id, sizeof at);
  pthread_mutex_lock(&table.lock);
  for (at &= table.mask; table.used[at] && memcmp(table.ids[at], id, ID) != 0; at = (at + 1) & table.mask) {
  }
  int fresh = !table.used[at];
  if (fresh) {
    table.used[at] = 1;
    memcpy(table.ids[at], id, ID);
  }
  pthread_mutex_unlock(&table.lock);
  return fresh;
}

static void sync_folder(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY);
  check(fd >= 0 && fsync(fd) == 0 && close(fd) == 0, path);
}
/* `below` is one or two names. A folder is durable once the folder that names it is synced. */
static void make_folder(const char *below) {
  char path[MOST_PATH], above[MOST_PATH];
  snprintf(path, sizeof path, "%s/%s", folder, below);
  if (mkdir(path, 0777) == 0) {
    snprintf(above, sizeof above, "%s", path);
    *strrchr(above, '/') = 0;
    sync_folder(above);
  } else if (errno != EEXIST) {
    die("%s cannot be made", path);
  }
}
static void put_new(const char *name, const uint8_t *bytes, size_t length) {
  char temporary[MOST_PATH], path[MOST_PATH], random[2 * RANDOM_ID + 1];
  uint8_t id[RANDOM_ID];
  random_bytes(id, sizeof id);
  hex(id, random);
  snprintf(temporary, sizeof temporary, "%s/.tmp/%s", folder, random);
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0600);
  check(fd >= 0, temporary);
  for (size_t done = 0; done < length;) {
    ssize_t wrote = write(fd, bytes + done, length - done);
    check(wrote > 0, "write");
    done += (size_t)wrote;
  }
  check(fsync(fd) == 0 && close(fd) == 0, "fsync");
  check(link(temporary, path) == 0, "link");
  *strrchr(path, '/') = 0;
  sync_folder(path);
  check(unlink(temporary) == 0, "unlink");
}

/* One object's key, and what is authenticated with each of its frames: header, position, name. */
struct frames {
  EVP_CIPHER_CTX *cipher;
  uint8_t aad[HEADER + 4 + 64], nonce[12];
  int aad_length;
};
static void begin_frames(struct frames *frames, int kind, const uint8_t salt[SALT], const char *name) {
  uint8_t key[32];
  hkdf(data_key, salt, SALT, kind == KIND_PACK ? "holdfast/1 pack" : "holdfast/1 index", key);
  memset(frames->aad, 0, sizeof frames->aad);
  memset(frames->nonce, 0, sizeof frames->nonce);
  memcpy(frames->aad, "HFST\1", 5);
  frames->aad[5] = (uint8_t)kind;
  put32(frames->aad + 8, 1);
  memcpy(frames->aad + 16, salt, SALT);
  frames->aad_length = HEADER + 4 + sprintf((char *)frames->aad + HEADER + 4, "%s", name);
  check(EVP_EncryptInit_ex2(frames->cipher, NULL, key, NULL, NULL), "AES key");
}
static size_t seal_into(struct frames *frames, uint8_t *target, uint32_t position, const uint8_t *plain, size_t length) {
  int came;
  put32(frames->aad + HEADER, position);
  put32(frames->nonce, position);
  check(EVP_EncryptInit_ex2(frames->cipher, NULL, NULL, frames->nonce, NULL) &&
            EVP_EncryptUpdate(frames->cipher, NULL, &came, frames->aad, frames->aad_length) &&
            EVP_EncryptUpdate(frames->cipher, target, &came, plain, (int)length) &&
            EVP_EncryptFinal_ex(frames->cipher, target + length, &came) &&
            EVP_CIPHER_CTX_ctrl(frames->cipher, EVP_CTRL_AEAD_GET_TAG, TAG, target + length),
        "AES-GCM");
  return length + TAG;
}

struct worker {
  pthread_t thread;
  struct frames frames;
  EVP_MD *sha256;
  EVP_MD_CTX *hash;
  EVP_MAC_CTX *mac;
  ZSTD_CCtx *zstd;
  uint8_t *plain, *compressed, *pack, *entries;
  size_t compressed_size, length;
  uint32_t stored;
  uint8_t id[RANDOM_ID], salt[SALT];
  char name[64];
  /* What its index object will say. */
  uint8_t *index;
  size_t index_length, index_room;
  uint32_t packs;
  struct { uint64_t read, zero, known, stored, encoded; } counters;
};

static void to_index(struct worker *w, const void *bytes, size_t length) {
  if (w->index_length + length > w->index_room) {
    w->index_room = (w->index_length + length) * 2;
    check((w->index = realloc(w->index, w->index_room)) != NULL, "realloc");
  }
  memcpy(w->index + w->index_length, bytes, length);
  w->index_length += length;
}
static void to_index32(struct worker *w, uint32_t value) {
  uint8_t bytes[4];
  put32(bytes, value);
  to_index(w, bytes, 4);
}

static void begin_pack(struct worker *w) {
  char text[2 * RANDOM_ID + 1];
  random_bytes(w->id, sizeof w->id);
  random_bytes(w->salt, sizeof w->salt);
  hex(w->id, text);
  snprintf(w->name, sizeof w->name, "packs/%.2s/%s", text, text);
  begin_frames(&w->frames, KIND_PACK, w->salt, w->name);
  memcpy(w->pack, w->frames.aad, HEADER);
  w->length = HEADER;
  w->stored = 0;
}
static void end_pack(struct worker *w) {
  size_t entries = (size_t)w->stored * ENTRY;
  uint32_t sealed = (uint32_t)seal_into(&w->frames, w->pack + w->length, INDEX_POSITION, w->entries, entries);
  uint8_t *trailer = w->pack + w->length + sealed;
  put32(trailer, sealed);
  put32(trailer + 4, w->stored);
  memcpy(trailer + 8, "HFSTPACK", 8);
  size_t size = w->length + sealed + TRAILER;
  char below[16];
  snprintf(below, sizeof below, "%.8s", w->name);
  make_folder(below);
  put_new(w->name, w->pack, size);
  to_index(w, w->id, RANDOM_ID);
  to_index32(w, (uint32_t)size);
  to_index32(w, 1);
  to_index(w, w->salt, SALT);
  to_index(w, "\0", 2);
  to_index32(w, w->stored);
  to_index(w, w->entries, entries);
  w->packs++;
  w->length = 0;
}
static void write_index(struct worker *w) {
  if (w->packs == 0) return;
  uint8_t id[RANDOM_ID], salt[SALT];
  char text[2 * RANDOM_ID + 1], name[64];
  random_bytes(id, sizeof id);
  random_bytes(salt, sizeof salt);
  hex(id, text);
  snprintf(name, sizeof name, "index/%s", text);
  put32(w->index + 4, w->packs);
  uint8_t *object = malloc(HEADER + w->index_length + TAG);
  check(object != NULL, "malloc");
  begin_frames(&w->frames, KIND_INDEX, salt, name);
  memcpy(object, w->frames.aad, HEADER);
  put_new(name, object, HEADER + seal_into(&w->frames, object + HEADER, 0, w->index, w->index_length));
  free(object);
}

static void read_block(uint64_t index, uint8_t *plain) {
  for (size_t filled = 0; filled < BLOCK;) {
    ssize_t came = pread(image, plain + filled, BLOCK - filled, (off_t)(index * BLOCK + filled));
    check(came >= 0, "pread");
    if (came == 0) {
      memset(plain + filled, 0, BLOCK - filled);
      return;
    }
    filled += (size_t)came;
  }
}
static void store(struct worker *w, const uint8_t id[ID]) {
  size_t length = ZSTD_compress2(w->zstd, w->compressed, w->compressed_size, w->plain, BLOCK);
  check(!ZSTD_isError(length), "zstd");
  int encoding = length <= BLOCK - BLOCK / 32 ? ZSTD : PLAIN;
  if (encoding == PLAIN) length = BLOCK;
  if (w->length == 0) begin_pack(w);
  size_t sealed =
      seal_into(&w->frames, w->pack + w->length, w->stored, encoding == PLAIN ? w->plain : w->compressed, length);
  uint8_t *entry = w->entries + (size_t)w->stored * ENTRY;
  memcpy(entry, id, ID);
  put32(entry + ID, (uint32_t)sealed | (uint32_t)encoding << 24);
  w->length += sealed;
  w->stored++;
  w->counters.stored++;
  w->counters.encoded += length;
  if (w->length >= PACK || w->stored == MOST_BLOCKS) end_pack(w);
}
static void back_up(struct worker *w, uint64_t index) {
  uint8_t sha[ID], id[ID];
  size_t id_length;
  read_block(index, w->plain);
  if (memcmp(w->plain, zeros, BLOCK) == 0) {
    w->counters.zero++;
    return;
  }
  w->counters.read++;
  check(EVP_DigestInit_ex2(w->hash, w->sha256, NULL) && EVP_DigestUpdate(w->hash, w->plain, BLOCK) &&
            EVP_DigestFinal_ex(w->hash, sha, NULL),
        "SHA-256");
  check(EVP_MAC_init(w->mac, NULL, 0, NULL) && EVP_MAC_update(w->mac, sha, ID) &&
            EVP_MAC_final(w->mac, id, &id_length, ID),
        "HMAC");
  if (claim(id)) store(w, id);
  else w->counters.known++;
}

static void open_worker(struct worker *w) {
  EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
  EVP_CIPHER *aes = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0), OSSL_PARAM_construct_end()};
  w->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
  w->hash = EVP_MD_CTX_new();
  w->mac = EVP_MAC_CTX_new(hmac);
  w->frames.cipher = EVP_CIPHER_CTX_new();
  check(EVP_MAC_init(w->mac, block_id_key, sizeof block_id_key, params), "HMAC key");
  check(EVP_EncryptInit_ex2(w->frames.cipher, aes, NULL, NULL, NULL), "AES-256-GCM");
  w->zstd = ZSTD_createCCtx();
  check(!ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, level)), "zstd's level");
  w->compressed_size = ZSTD_compressBound(BLOCK);
  w->plain = aligned_alloc(4096, BLOCK);
  w->compressed = malloc(w->compressed_size);
  w->entries = malloc((size_t)MOST_BLOCKS * ENTRY);
  w->pack = malloc((size_t)PACK + BLOCK + TAG + (size_t)MOST_BLOCKS * ENTRY + TAG + TRAILER);
  check(w->plain && w->compressed && w->entries && w->pack, "malloc");
  to_index32(w, 0);
  to_index32(w, 0);
}
static void *work(void *given) {
  struct worker *w = given;
  open_worker(w);
  for (;;) {
    uint64_t from = atomic_fetch_add(&next_turn, 1) * TURN;
    if (from >= blocks) break;
    for (uint64_t at = from; at < from + TURN && at < blocks; at++) back_up(w, at);
  }
  if (w->length > 0) end_pack(w);
  write_index(w);
  return NULL;
}

static void read_keys(const char *text) {
  uint8_t keys[64];
  if (text == NULL) random_bytes(keys, sizeof keys);
  else
    for (int n = 0; n < 64; n++) check(sscanf(text + 2 * n, "%2hhx", &keys[n]) == 1, "reading the keys");
  memcpy(data_key, keys, 32);
  hkdf(keys + 32, NULL, 0, "holdfast/1 block id", block_id_key);
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--version") == 0) {
    printf("%s, zstd %s\n", OpenSSL_version(OPENSSL_VERSION), ZSTD_versionString());
    return 0;
  }
  if (argc != 5) die("pipeline IMAGE FOLDER LEVEL THREADS");
  folder = argv[2];
  level = atoi(argv[3]);
  int threads = atoi(argv[4]);
  image = open(argv[1], O_RDONLY);
  struct stat found;
  check(image >= 0 && fstat(image, &found) == 0 && threads > 0, argv[1]);
  blocks = ((uint64_t)found.st_size + BLOCK - 1) / BLOCK;
  read_keys(getenv("HOLDFAST_PIPELINE_KEYS"));
  open_table(blocks);
  check(mkdir(folder, 0777) == 0 || errno == EEXIST, folder);
  make_folder(".tmp");
  make_folder("packs");
  make_folder("index");
  struct worker *workers = calloc((size_t)threads, sizeof *workers);
  check(workers != NULL, "calloc");
  for (int n = 0; n < threads; n++) check(pthread_create(&workers[n].thread, NULL, work, &workers[n]) == 0, "a thread");
  uint64_t zero = 0, known = 0, stored = 0, encoded = 0;
  for (int n = 0; n < threads; n++) {
    pthread_join(workers[n].thread, NULL);
    zero += workers[n].counters.zero;
    known += workers[n].counters.known;
    stored += workers[n].counters.stored;
    encoded += workers[n].counters.encoded;
  }
  printf("{\"zero\":%llu,\"deduplicated\":%llu,\"stored\":%llu,\"encodedBytes\":%llu}\n", (unsigned long long)zero,
         (unsigned long long)known, (unsigned long long)stored, (unsigned long long)encoded);
  return 0;
}

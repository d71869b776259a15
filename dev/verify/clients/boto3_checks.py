"""What programs written with boto3 do; run as `python boto3_checks.py <check> <table> <folder>`. Fails by raising."""
import hashlib
import os
import sys
import uuid

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

BLOCK = 524288
region = os.environ["AWS_REGION"]


def code_of(call):
    """The code of the error that `call` ends with."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    raise AssertionError("it succeeded")


def buckets(table, folder):
    s3 = boto3.resource("s3")
    bucket = s3.create_bucket(
        Bucket=f"boto3-{uuid.uuid4()}", CreateBucketConfiguration={"LocationConstraint": region}
    )
    bucket.wait_until_exists()
    data = os.urandom(17_000_000)
    path = os.path.join(folder, "upload")
    with open(path, "wb") as file:
        file.write(data)
    bucket.upload_file(path, "large", Config=TransferConfig(multipart_chunksize=8 * 1024 * 1024))
    back = os.path.join(folder, "download")
    bucket.download_file("large", back)
    with open(back, "rb") as file:
        assert file.read() == data
    for n in range(3):
        bucket.put_object(Key=f"a/{n}", Body=b"x")
    # the older of the two listings
    assert [o.key for o in bucket.objects.filter(Prefix="a/").page_size(2)] == ["a/0", "a/1", "a/2"]
    client = s3.meta.client
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket.name, PaginationConfig={"PageSize": 2})
    assert [o["Key"] for page in pages for o in page["Contents"]] == ["a/0", "a/1", "a/2", "large"]
    refused = code_of(lambda: client.put_object(Bucket=bucket.name, Key="large", Body=b"y", IfNoneMatch="*"))
    assert refused == "PreconditionFailed", refused
    assert code_of(lambda: client.head_object(Bucket=bucket.name, Key="none")) == "404"
    bucket.objects.all().delete()
    bucket.delete()


def items(table, folder):
    rows = boto3.resource("dynamodb").Table(table)
    key = {"pk": "BOTO3", "sk": "1"}
    rows.put_item(Item={**key, "n": 1, "list": ["a", {"b": True}]}, ConditionExpression="attribute_not_exists(pk)")
    again = lambda: rows.put_item(Item=key, ConditionExpression="attribute_not_exists(pk)")
    assert code_of(again) == "ConditionalCheckFailedException"
    rows.update_item(Key=key, UpdateExpression="SET n = n + :one", ExpressionAttributeValues={":one": 1})
    assert rows.get_item(Key=key, ConsistentRead=True)["Item"]["n"] == 2
    with rows.batch_writer() as batch:
        for n in range(30):
            batch.put_item(Item={"pk": "BOTO3", "sk": f"b{n:02}"})
    found = rows.query(
        KeyConditionExpression=boto3.dynamodb.conditions.Key("pk").eq("BOTO3")
        & boto3.dynamodb.conditions.Key("sk").begins_with("b")
    )
    assert found["Count"] == 30
    with rows.batch_writer() as batch:
        for item in rows.query(KeyConditionExpression=boto3.dynamodb.conditions.Key("pk").eq("BOTO3"))["Items"]:
            batch.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})


def messages(table, folder):
    queue = boto3.resource("sqs").create_queue(QueueName="boto3")
    queue.send_messages(Entries=[{"Id": str(n), "MessageBody": f"message {n}"} for n in range(5)])
    bodies = set()
    while len(bodies) < 5:
        for message in queue.receive_messages(MaxNumberOfMessages=10, WaitTimeSeconds=1):
            bodies.add(message.body)
            message.delete()
    assert bodies == {f"message {n}" for n in range(5)}
    queue.delete()


def keys_and_secrets(table, folder):
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext={"tenant": "a"})
    opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"tenant": "a"})
    assert opened["Plaintext"] == made["Plaintext"]
    assert code_of(lambda: kms.decrypt(CiphertextBlob=made["CiphertextBlob"])) == "InvalidCiphertextException"
    secrets = boto3.client("secretsmanager")
    arn = secrets.create_secret(Name="boto3", SecretString="one")["ARN"]
    assert code_of(lambda: secrets.create_secret(Name="boto3", SecretString="x")) == "ResourceExistsException"
    assert secrets.get_secret_value(SecretId=arn)["SecretString"] == "one"
    secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


def machines(table, folder):
    states = boto3.client("stepfunctions")
    pages = states.get_paginator("list_state_machines").paginate()
    names = [each["name"] for page in pages for each in page["stateMachines"]]
    assert any(name.endswith("-restore") for name in names), names
    assert code_of(lambda: states.send_task_heartbeat(taskToken="none")) == "InvalidToken"


def instances(table, folder):
    ec2 = boto3.resource("ec2")
    images = [i for i in ec2.images.filter(Owners=["amazon"]) if i.architecture == "x86_64"]
    image = next(i for i in images if i.root_device_name == "/dev/xvda")
    [instance] = ec2.create_instances(ImageId=image.id, InstanceType="t3.small", MinCount=1, MaxCount=1)
    instance.wait_until_running()
    instance.reload()
    [volume] = instance.volumes.all()
    snapshot = volume.create_snapshot(Description="boto3")
    snapshot.wait_until_completed()
    snapshot.create_tags(Tags=[{"Key": "by", "Value": "boto3"}])
    found = list(ec2.snapshots.filter(OwnerIds=["self"], Filters=[{"Name": "tag:by", "Values": ["boto3"]}]))
    assert [each.id for each in found] == [snapshot.id]
    pages = ec2.meta.client.get_paginator("describe_volumes").paginate(PaginationConfig={"PageSize": 5})
    assert volume.id in [each["VolumeId"] for page in pages for each in page["Volumes"]]
    snapshot.delete()
    instance.terminate()
    instance.wait_until_terminated()
    assert code_of(lambda: ec2.Volume("vol-0123456789abcdef0").load()) == "InvalidVolume.NotFound"


def blocks(table, folder):
    import base64

    ebs = boto3.client("ebs")
    started = ebs.start_snapshot(VolumeSize=1, Tags=[{"Key": "by", "Value": "boto3"}])["SnapshotId"]
    sums = b""
    for index in (0, 5, 2047):
        data = bytes([index % 250 + 1]) * BLOCK
        digest = hashlib.sha256(data).digest()
        sums += digest
        ebs.put_snapshot_block(
            SnapshotId=started, BlockIndex=index, BlockData=data, DataLength=BLOCK,
            Checksum=base64.b64encode(digest).decode(), ChecksumAlgorithm="SHA256",
        )
    ebs.complete_snapshot(
        SnapshotId=started, ChangedBlocksCount=3, ChecksumAlgorithm="SHA256", ChecksumAggregationMethod="LINEAR",
        Checksum=base64.b64encode(hashlib.sha256(sums).digest()).decode(),
    )
    boto3.client("ec2").get_waiter("snapshot_completed").wait(SnapshotIds=[started])
    listed = ebs.list_snapshot_blocks(SnapshotId=started)["Blocks"]
    assert [each["BlockIndex"] for each in listed] == [0, 5, 2047]
    for each in listed:
        block = ebs.get_snapshot_block(
            SnapshotId=started, BlockIndex=each["BlockIndex"], BlockToken=each["BlockToken"]
        )
        assert block["BlockData"].read() == bytes([each["BlockIndex"] % 250 + 1]) * BLOCK


globals()[sys.argv[1]](sys.argv[2], sys.argv[3])

<#
.SYNOPSIS
Installs this version of Holdfast's access node as a Windows service, or puts it in the place of another one, which
drains first. If the new one does not become healthy, the one before comes back.
.PARAMETER Prefix
Where it goes.
.PARAMETER Settings
The node's environment, one NAME=value a line.
.PARAMETER WinSW
The service wrapper, which is not part of this package: service\winsw.json says where it comes from and its SHA-256.
Needed once; an upgrade keeps the one that is there. WinSW-x64.exe beside this script is found by itself.
.PARAMETER Node
Takes a copy of this node.exe (24 or later) along: bin\node.exe of the package, or the machine's, if absent.
.PARAMETER HealthSeconds
How long it may take to become healthy.
.PARAMETER NoService
Only the files: no service, nothing is started or stopped.
.PARAMETER Remove
Drains the node and removes all but its settings and logs.
#>
[CmdletBinding()]
param(
  [string]$Prefix = "$env:ProgramFiles\Holdfast Node",
  [string]$Settings = "$env:ProgramData\Holdfast Node\node.env",
  [string]$WinSW,
  [string]$Node,
  [ValidateRange(0, 86400)][int]$HealthSeconds = 120,
  [switch]$NoService,
  [switch]$Remove
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$id = 'HoldfastNode'
$here = $PSScriptRoot
$releases = Join-Path $Prefix 'releases'
$current = Join-Path $Prefix 'current'
$wrapper = Join-Path $Prefix 'holdfast-node-service.exe'
$data = Split-Path -Parent $Settings
$state = Join-Path $data 'state'

function Stop-With([string]$message) { throw "install.ps1: $message" }
function Get-Node { Get-Service -Name $id -ErrorAction SilentlyContinue }
function Test-Running { $service = Get-Node; $null -ne $service -and $service.Status -eq 'Running' }
# Its exit code is in $LASTEXITCODE.
function Invoke-Command-Of([string]$release) {
  & (Join-Path $release 'bin\holdfast-node.cmd') @args | Out-Host
}
function Test-Healthy {
  Invoke-Command-Of $current 'health' '--wait' $HealthSeconds '--state-folder' $state
  return $LASTEXITCODE -eq 0
}
function Invoke-Drain {
  if (-not (Test-Running)) { return }
  Write-Host 'draining: what it has in hand ends first ...'
  Invoke-Command-Of $current 'drain' '--state-folder' $state
  # It has ended by itself, and with it its service; or it did not answer.
  Stop-Service -Name $id -Force
  (Get-Service -Name $id).WaitForStatus('Stopped', [TimeSpan]::FromSeconds(1900))
}
function Get-Release {
  if (Test-Path $current) { return @((Get-Item $current).Target)[0] }
  return $null
}
function Remove-Link { if (Test-Path $current) { [IO.Directory]::Delete($current, $false) } }
function Set-Release([string]$release) {
  Remove-Link
  New-Item -ItemType Junction -Path $current -Target $release | Out-Null
  if ($NoService) { return }
  $program = Join-Path $current 'bin\node.exe'
  if (-not (Test-Path $program)) { $program = (Get-Command node.exe).Source }
  $text = Get-Content -Raw (Join-Path $release 'service\holdfast-node-service.xml')
  $text = $text.Replace('@NODE@', $program).Replace('@PREFIX@', $Prefix).Replace('@SETTINGS@', $Settings).Replace('@DATA@', $data)
  [IO.File]::WriteAllText((Join-Path $Prefix 'holdfast-node-service.xml'), $text)
}
function Grant([string]$folder, [string]$right) {
  New-Item -ItemType Directory -Force -Path $folder | Out-Null
  # LocalService, SYSTEM, Administrators: nobody else reads credentials, tokens or settings.
  & icacls.exe $folder /inheritance:r /grant:r "*S-1-5-19:(OI)(CI)$right" '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' | Out-Null
  if ($LASTEXITCODE -ne 0) { Stop-With "the rights of $folder could not be set" }
}

$administrator = ([Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()).IsInRole(
  [Security.Principal.WindowsBuiltInRole]::Administrator)
if (-not $administrator -and -not $NoService) { Stop-With 'run it as an administrator' }

if ($Remove) {
  if (-not (Test-Path $releases)) { Stop-With "nothing is installed in $Prefix" }
  if (Get-Node) {
    Invoke-Drain
    & $wrapper uninstall
    if ($LASTEXITCODE -ne 0) { Stop-With 'the service could not be removed' }
  }
  Remove-Link
  Remove-Item -Recurse -Force $releases, $state -ErrorAction SilentlyContinue
  Remove-Item -Force $wrapper, (Join-Path $Prefix 'holdfast-node-service.xml') -ErrorAction SilentlyContinue
  Write-Host "removed; settings and logs stay: $data"
  return
}

$versionFile = Join-Path $here 'VERSION'
if (-not (Test-Path $versionFile)) { Stop-With "there is no package in ${here}: unpack the archive, and run its install.ps1" }
$version = (Get-Content $versionFile -TotalCount 1).Trim()

# ---- Node
$taken = $Node
if (-not $taken -and (Test-Path (Join-Path $here 'bin\node.exe'))) { $taken = Join-Path $here 'bin\node.exe' }
$program = $taken
if (-not $program) {
  $found = Get-Command node.exe -ErrorAction SilentlyContinue
  if (-not $found) { Stop-With 'Node 24 is needed: install it for all users, or -Node <node.exe> takes a copy along' }
  $program = $found.Source
}
$major = & $program -p 'process.versions.node.split(String.fromCharCode(46))[0]'
if ($LASTEXITCODE -ne 0) { Stop-With "$program does not run on this machine" }
if ([int]$major -lt 24) { Stop-With "Node 24 or later is needed; $program is $major" }

# ---- the service wrapper
if (-not $NoService -and -not (Test-Path $wrapper)) {
  $about = Get-Content -Raw (Join-Path $here 'service\winsw.json') | ConvertFrom-Json
  if (-not $WinSW) { $WinSW = Join-Path $here $about.name }
  if (-not (Test-Path $WinSW)) { Stop-With "-WinSW <file> is needed: $($about.name) $($about.version) from $($about.from)" }
  $sha256 = (Get-FileHash -Algorithm SHA256 $WinSW).Hash
  if ($sha256 -ne $about.sha256) { Stop-With "$WinSW has the SHA-256 $sha256; that of $($about.name) $($about.version) is $($about.sha256)" }
}

# ---- the release, beside what there is
New-Item -ItemType Directory -Force -Path $releases | Out-Null
$fresh = Join-Path $releases '.new'
if (Test-Path $fresh) { Remove-Item -Recurse -Force $fresh }
New-Item -ItemType Directory -Path $fresh | Out-Null
foreach ($each in 'bin', 'lib', 'service', 'install.ps1', 'VERSION', 'LICENSE') {
  Copy-Item -Recurse -Path (Join-Path $here $each) -Destination $fresh
}
$copy = Join-Path $fresh 'bin\node.exe'
if ($taken -and -not (Test-Path $copy)) { Copy-Item $taken $copy }
$said = & (Join-Path $fresh 'bin\holdfast-node.cmd') --version
if ($LASTEXITCODE -ne 0 -or $said -ne $version) {
  Remove-Item -Recurse -Force $fresh
  Stop-With "the package says $version, its program '$said': it is not whole"
}
$name = $version
for ($again = 2; Test-Path (Join-Path $releases $name); $again++) { $name = "$version-$again" }
$release = Join-Path $releases $name
Move-Item $fresh $release

# ---- the other one drains, then this one takes its place
$before = Get-Release
$service = if ($NoService) { $null } else { Get-Node }
$wasRunning = $service -and (Test-Running)
if ($wasRunning) { Invoke-Drain }
if (-not $NoService) {
  Grant $data 'RX'
  Grant $state 'M'
  Grant (Join-Path $data 'logs') 'M'
  if (-not (Test-Path $wrapper)) { Copy-Item $WinSW $wrapper }
}
Set-Release $release
Get-ChildItem -Directory $releases | Where-Object { $_.FullName -ne $release -and $_.FullName -ne $before } | Remove-Item -Recurse -Force

if ($NoService) { Write-Host "version $version is installed in $Prefix"; return }
if (-not $service) {
  & $wrapper install
  if ($LASTEXITCODE -ne 0) { Stop-With 'the service could not be made' }
  & sc.exe config $id obj= 'NT AUTHORITY\LocalService' | Out-Null
  if ($LASTEXITCODE -ne 0) { Stop-With 'the service could not be given the account LocalService' }
}
elseif (-not $wasRunning) {
  Write-Host "version $version is installed; the node did not run before, and is not started: Start-Service $id"
  return
}
if (-not (Test-Path $Settings)) {
  Write-Host "version $version is installed. Write its settings to $Settings (holdfast access-node add prints them), then: Start-Service $id"
  return
}
Start-Service -Name $id -ErrorAction Continue
if (Test-Healthy) { Write-Host "version $version runs"; return }

# ---- back
$problem = "version $version did not become healthy within $HealthSeconds s: $data\logs"
if (-not $before) { Stop-With $problem }
Stop-Service -Name $id -Force -ErrorAction Continue
Set-Release $before
Remove-Item -Recurse -Force $release
Start-Service -Name $id -ErrorAction Continue
$back = if (Test-Healthy) { 'runs again' } else { 'is back, and is not healthy either' }
Stop-With "$problem; version $((Get-Content (Join-Path $current 'VERSION') -TotalCount 1).Trim()) $back"

@echo off
rem Starts Holdfast's access node (no arguments, or run), or asks the one that runs: holdfast-node --help
setlocal
set "here=%~dp0.."
set "node=%here%\bin\node.exe"
if not exist "%node%" set "node=node"
if "%~1"=="" goto run
if "%~1"=="run" if "%~2"=="" goto run
"%node%" "%here%\lib\command.mjs" %*
exit /b %errorlevel%
:run
"%node%" --max-semi-space-size=1 "%here%\lib\main.mjs"
exit /b %errorlevel%

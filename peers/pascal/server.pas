{ Serves the working directory in a classic dialect: server tlpi|compact KEY }
program Server;

{$mode objfpc}{$H+}

uses
  BaseUnix, ipc, SysUtils;

const
  FAILURE = 1;
  DATA = 2;
  FINISHED = 3; { "end" is a word of the language }

type
  TRequest = packed record
    Kind: clong;
    ReturnAddress: cint;
    Name: array[0..8187] of char;
  end;

  TResponse = packed record
    Kind: clong;
    Body: array[0..8191] of char;
  end;

var
  Requests, Chunk, EndSize: cint;
  Request: TRequest;
  Response: TResponse;

procedure Finish(Signal: cint); cdecl;
begin
  msgctl(Requests, IPC_RMID, nil);
  FpExit(0);
end;

procedure Send(Kind: clong; Size: cint);
begin
  Response.Kind := Kind;
  while msgsnd(Request.ReturnAddress, PMSGbuf(@Response), Size, 0) <> 0 do
    if fpgeterrno <> ESysEINTR then
      FpExit(0); { the client has gone }
end;

procedure Answer;
var
  FileHandle, Size: cint;
begin
  FileHandle := FpOpen(PChar(@Request.Name), O_RDONLY);
  if FileHandle < 0 then
  begin
    FillChar(Response.Body, SizeOf(Response.Body), 0);
    StrPLCopy(Response.Body, 'Cannot open ' + PChar(@Request.Name) + ': ' + SysErrorMessage(fpgeterrno), 4095);
    Send(FAILURE, 4096);
    Exit;
  end;
  repeat
    Size := FpRead(FileHandle, Response.Body, Chunk);
    if Size > 0 then
      Send(DATA, Size);
  until Size <= 0;
  Response.Body[0] := #0;
  Send(FINISHED, EndSize);
end;

begin
  if ParamStr(1) = 'tlpi' then
  begin
    Chunk := 8192;
    EndSize := 0;
  end
  else
  begin
    Chunk := 4096;
    EndSize := 1;
  end;
  FpSignal(SIGCHLD, SignalHandler(SIG_IGN)); { children end without being waited for }
  Requests := msgget(TKey(StrToInt64(ParamStr(2))), IPC_CREAT or IPC_EXCL or &622);
  if Requests < 0 then
  begin
    WriteLn(StdErr, 'msgget: ', SysErrorMessage(fpgeterrno));
    Halt(2);
  end;
  FpSignal(SIGHUP, @Finish);
  FpSignal(SIGINT, @Finish);
  FpSignal(SIGTERM, @Finish);
  WriteLn('ready ', Requests);
  Flush(Output);
  while True do
  begin
    FillChar(Request.Name, SizeOf(Request.Name), 0);
    if msgrcv(Requests, PMSGbuf(@Request), SizeOf(cint) + SizeOf(Request.Name), 0, 0) < 0 then
    begin
      if fpgeterrno <> ESysEINTR then
        Break;
    end
    else if FpFork = 0 then
    begin
      FpSignal(SIGHUP, SignalHandler(SIG_DFL));
      FpSignal(SIGINT, SignalHandler(SIG_DFL));
      FpSignal(SIGTERM, SignalHandler(SIG_DFL));
      Answer;
      FpExit(0);
    end;
  end;
  Finish(0);
end.

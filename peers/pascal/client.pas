{ Fetches a file from a server of the classic design: client tlpi|compact KEY NAME > COPY }
program Client;

{$mode objfpc}{$H+}

uses
  BaseUnix, ipc, SysUtils;

const
  DATA = 2;
  FINISHED = 3; { "end" is a word of the language }

type
  { Types as in C: clong is the type's, cint the queue's. Packed, the request of compact has 260 bytes. }
  TRequest = packed record
    Kind: clong;
    ReturnAddress: cint;
    Name: array[0..4095] of char;
  end;

  TResponse = packed record
    Kind: clong;
    Body: array[0..8191] of char;
  end;

var
  Server, PrivateQueue, Size: cint;
  Request: TRequest;
  Response: TResponse;
  NameBytes: cint;

{ A signal ends the program without its "finally". }
procedure Stop(Signal: cint); cdecl;
begin
  msgctl(PrivateQueue, IPC_RMID, nil);
  FpExit(128 + Signal);
end;

begin
  if ParamStr(1) = 'tlpi' then NameBytes := 4096 else NameBytes := 256;
  Server := msgget(TKey(StrToInt64(ParamStr(2))), 0);
  PrivateQueue := msgget(IPC_PRIVATE, &620);
  if (Server < 0) or (PrivateQueue < 0) then
  begin
    WriteLn(StdErr, 'msgget: ', SysErrorMessage(fpgeterrno));
    Halt(2);
  end;
  FpSignal(SIGHUP, @Stop);
  FpSignal(SIGINT, @Stop);
  FpSignal(SIGTERM, @Stop);
  FpSignal(SIGPIPE, SignalHandler(SIG_IGN)); { the reader of the output has left, as head does: an error of fpWrite }
  try
    FillChar(Request, SizeOf(Request), 0);
    Request.Kind := 1;
    Request.ReturnAddress := PrivateQueue;
    StrPLCopy(Request.Name, ParamStr(3), NameBytes - 1);
    if msgsnd(Server, PMSGbuf(@Request), SizeOf(cint) + NameBytes, 0) <> 0 then
      raise Exception.Create('msgsnd: ' + SysErrorMessage(fpgeterrno));
    repeat
      Size := msgrcv(PrivateQueue, PMSGbuf(@Response), SizeOf(Response.Body), 0, 0);
      if Size < 0 then
        raise Exception.Create('msgrcv: ' + SysErrorMessage(fpgeterrno));
      if (Response.Kind = DATA) and (fpWrite(1, Response.Body, Size) <> Size) then
        raise Exception.Create('write: ' + SysErrorMessage(fpgeterrno));
    until Response.Kind <> DATA;
    if Response.Kind <> FINISHED then
    begin
      WriteLn(StdErr, PChar(@Response.Body));
      ExitCode := 1;
    end;
  finally
    msgctl(PrivateQueue, IPC_RMID, nil);
  end;
end.

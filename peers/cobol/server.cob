      *> Serves the working directory in a classic dialect, one request after the other: server tlpi|compact KEY
      *> It ends when its queue is removed: ipcrm -Q KEY
       IDENTIFICATION DIVISION.
       PROGRAM-ID. SERVER.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01 REQUEST.
          05 REQUEST-TYPE    PIC S9(18) COMP-5.
          05 RETURN-ADDRESS  PIC S9(9) COMP-5.
          05 FILE-NAME       PIC X(8188).
       01 RESPONSE.
          05 RESPONSE-TYPE   PIC S9(18) COMP-5.
          05 RESPONSE-BODY   PIC X(8192).
      *> C's int has 4 bytes, PIC S9(9); its long and size_t have 8, PIC S9(18).
       01 NO-FLAGS           PIC S9(9) COMP-5 VALUE 0.
       01 ANY-TYPE           PIC S9(18) COMP-5 VALUE 0.
       01 NO-POINTER         PIC S9(18) COMP-5 VALUE 0.
      *> IPC_CREAT, IPC_EXCL and 0622 in octal: 512 + 1024 + 402.
       01 NEW-QUEUE          PIC S9(9) COMP-5 VALUE 1938.
      *> The room for a request, without the type.
       01 ROOM               PIC S9(18) COMP-5 VALUE 8192.
       01 DIALECT            PIC X(8).
       01 KEY-TEXT           PIC X(32).
       01 QUEUE-KEY          PIC S9(9) COMP-5.
       01 SERVER-ID          PIC S9(9) COMP-5.
       01 CHUNK-SIZE         PIC S9(18) COMP-5.
       01 END-SIZE           PIC S9(18) COMP-5.
       01 BODY-SIZE          PIC S9(18) COMP-5.
       01 DESCRIPTOR         PIC S9(9) COMP-5.
       01 RESULT             PIC S9(9) COMP-5.

       PROCEDURE DIVISION.
           ACCEPT DIALECT FROM ARGUMENT-VALUE
           ACCEPT KEY-TEXT FROM ARGUMENT-VALUE
           INSPECT KEY-TEXT REPLACING TRAILING SPACES BY LOW-VALUES
           IF DIALECT = "tlpi"
               MOVE 8192 TO CHUNK-SIZE
               MOVE 0 TO END-SIZE
           ELSE
               MOVE 4096 TO CHUNK-SIZE
               MOVE 1 TO END-SIZE
           END-IF
           CALL "strtoul" USING BY REFERENCE KEY-TEXT
               BY VALUE NO-POINTER BY VALUE NO-FLAGS
               RETURNING QUEUE-KEY
           CALL "msgget" USING BY VALUE QUEUE-KEY
               BY VALUE NEW-QUEUE
               RETURNING SERVER-ID
           IF SERVER-ID < 0
               DISPLAY "msgget failed" UPON SYSERR
               STOP RUN RETURNING 2
           END-IF
           DISPLAY "ready " SERVER-ID
           CALL "fflush" USING BY VALUE NO-POINTER
           PERFORM UNTIL EXIT
               MOVE LOW-VALUES TO FILE-NAME
               CALL "msgrcv" USING BY VALUE SERVER-ID
                   BY REFERENCE REQUEST BY VALUE ROOM
                   BY VALUE ANY-TYPE BY VALUE NO-FLAGS
                   RETURNING BODY-SIZE
               IF BODY-SIZE < 0
                   STOP RUN
               END-IF
               IF BODY-SIZE > 4
                   PERFORM ANSWER
               END-IF
           END-PERFORM.

       ANSWER.
           CALL "open" USING BY REFERENCE FILE-NAME
               BY VALUE NO-FLAGS RETURNING DESCRIPTOR
           IF DESCRIPTOR < 0
               MOVE 1 TO RESPONSE-TYPE
               MOVE LOW-VALUES TO RESPONSE-BODY
               STRING "Cannot open " DELIMITED BY SIZE
                   FILE-NAME DELIMITED BY X"00"
                   INTO RESPONSE-BODY
               MOVE 4096 TO BODY-SIZE
               PERFORM SEND-IT
               EXIT PARAGRAPH
           END-IF
           MOVE 2 TO RESPONSE-TYPE
           MOVE 0 TO RESULT
           PERFORM WITH TEST AFTER
                   UNTIL BODY-SIZE NOT > 0 OR RESULT < 0
               CALL "read" USING BY VALUE DESCRIPTOR
                   BY REFERENCE RESPONSE-BODY
                   BY VALUE CHUNK-SIZE RETURNING BODY-SIZE
               IF BODY-SIZE > 0
                   PERFORM SEND-IT
               END-IF
           END-PERFORM
           CALL "close" USING BY VALUE DESCRIPTOR
           MOVE 3 TO RESPONSE-TYPE
           MOVE LOW-VALUE TO RESPONSE-BODY(1:1)
           MOVE END-SIZE TO BODY-SIZE
           PERFORM SEND-IT.

      *> A client that has gone is no error: RESULT is -1.
       SEND-IT.
           CALL "msgsnd" USING BY VALUE RETURN-ADDRESS
               BY REFERENCE RESPONSE BY VALUE BODY-SIZE
               BY VALUE NO-FLAGS RETURNING RESULT.

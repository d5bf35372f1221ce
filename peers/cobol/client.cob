      *> Fetches a file from a server of the classic design: client tlpi|compact KEY NAME > COPY
      *> A fourth argument, spaces, leaves the name as COBOL has it: filled up with spaces.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. CLIENT.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
      *> COMP-5 is the machine's own byte order, as in C; COMP is big-endian.
       01 REQUEST.
          05 REQUEST-TYPE    PIC S9(18) COMP-5 VALUE 1.
          05 RETURN-ADDRESS  PIC S9(9) COMP-5.
          05 FILE-NAME       PIC X(4096).
       01 RESPONSE.
          05 RESPONSE-TYPE   PIC S9(18) COMP-5.
             88 IS-FAILURE   VALUE 1.
             88 IS-DATA      VALUE 2.
             88 IS-END       VALUE 3.
          05 RESPONSE-BODY   PIC X(8192).
       01 DIALECT            PIC X(8).
       01 KEY-TEXT           PIC X(32).
       01 SPACES-WANTED      PIC X(8).
       01 QUEUE-KEY          PIC S9(9) COMP-5.
       01 SERVER-ID          PIC S9(9) COMP-5.
       01 PRIVATE-ID         PIC S9(9) COMP-5 VALUE -1.
      *> C's int has 4 bytes, PIC S9(9); its long and size_t have 8, PIC S9(18).
       01 NO-FLAGS           PIC S9(9) COMP-5 VALUE 0.
       01 ANY-TYPE           PIC S9(18) COMP-5 VALUE 0.
       01 NO-POINTER         PIC S9(18) COMP-5 VALUE 0.
       01 IPC-PRIVATE        PIC S9(9) COMP-5 VALUE 0.
       01 IPC-RMID           PIC S9(9) COMP-5 VALUE 0.
      *> 0620 in octal.
       01 PRIVATE-MODE       PIC S9(9) COMP-5 VALUE 400.
       01 STANDARD-OUTPUT    PIC S9(9) COMP-5 VALUE 1.
       01 SIGPIPE            PIC S9(9) COMP-5 VALUE 13.
      *> SIG_IGN.
       01 IGNORED            PIC S9(18) COMP-5 VALUE 1.
      *> The room for a body, without the type.
       01 ROOM               PIC S9(18) COMP-5 VALUE 8192.
       01 REQUEST-SIZE       PIC S9(18) COMP-5.
       01 BODY-SIZE          PIC S9(18) COMP-5.
       01 RESULT             PIC S9(9) COMP-5.
       01 TEXT-SIZE          PIC S9(9) COMP-5.
       01 EXIT-STATUS        PIC S9(9) COMP-5 VALUE 0.

       PROCEDURE DIVISION.
           ACCEPT DIALECT FROM ARGUMENT-VALUE
           ACCEPT KEY-TEXT FROM ARGUMENT-VALUE
           ACCEPT FILE-NAME FROM ARGUMENT-VALUE
           ACCEPT SPACES-WANTED FROM ARGUMENT-VALUE
           INSPECT KEY-TEXT REPLACING TRAILING SPACES BY LOW-VALUES
           IF SPACES-WANTED NOT = "spaces"
               INSPECT FILE-NAME REPLACING TRAILING SPACES BY LOW-VALUES
           END-IF
           IF DIALECT = "tlpi"
               MOVE 4100 TO REQUEST-SIZE
           ELSE
               MOVE 260 TO REQUEST-SIZE
           END-IF

      *> A reader that leaves is an error of write, not the end of it.
           CALL "signal" USING BY VALUE SIGPIPE BY VALUE IGNORED
           CALL "strtoul" USING BY REFERENCE KEY-TEXT
               BY VALUE NO-POINTER BY VALUE NO-FLAGS
               RETURNING QUEUE-KEY
           CALL "msgget" USING BY VALUE QUEUE-KEY
               BY VALUE NO-FLAGS
               RETURNING SERVER-ID
           IF SERVER-ID >= 0
               CALL "msgget" USING BY VALUE IPC-PRIVATE
                   BY VALUE PRIVATE-MODE
                   RETURNING PRIVATE-ID
           END-IF
           IF PRIVATE-ID < 0
               DISPLAY "msgget failed" UPON SYSERR
               MOVE 2 TO EXIT-STATUS
               PERFORM FINISH
           END-IF
           MOVE PRIVATE-ID TO RETURN-ADDRESS
           CALL "msgsnd" USING BY VALUE SERVER-ID
               BY REFERENCE REQUEST BY VALUE REQUEST-SIZE
               BY VALUE NO-FLAGS
               RETURNING RESULT
           IF RESULT < 0
               DISPLAY "msgsnd failed" UPON SYSERR
               MOVE 2 TO EXIT-STATUS
               PERFORM FINISH
           END-IF
           PERFORM RECEIVE-ONE WITH TEST AFTER UNTIL NOT IS-DATA
           IF NOT IS-END
               MOVE 1 TO EXIT-STATUS
               MOVE 0 TO TEXT-SIZE
               INSPECT RESPONSE-BODY TALLYING TEXT-SIZE
                   FOR CHARACTERS BEFORE X"00"
               DISPLAY RESPONSE-BODY(1:TEXT-SIZE) UPON SYSERR
           END-IF
           PERFORM FINISH.

       RECEIVE-ONE.
           CALL "msgrcv" USING BY VALUE PRIVATE-ID
               BY REFERENCE RESPONSE BY VALUE ROOM
               BY VALUE ANY-TYPE BY VALUE NO-FLAGS
               RETURNING BODY-SIZE
           IF BODY-SIZE < 0
               DISPLAY "msgrcv failed" UPON SYSERR
               MOVE 2 TO EXIT-STATUS
               PERFORM FINISH
           END-IF
           IF IS-DATA
               CALL "write" USING BY VALUE STANDARD-OUTPUT
                   BY REFERENCE RESPONSE-BODY
                   BY VALUE BODY-SIZE RETURNING RESULT
               IF RESULT NOT = BODY-SIZE
                   DISPLAY "write failed" UPON SYSERR
                   MOVE 2 TO EXIT-STATUS
                   PERFORM FINISH
               END-IF
           END-IF.

       FINISH.
           IF PRIVATE-ID >= 0
               CALL "msgctl" USING BY VALUE PRIVATE-ID
                   BY VALUE IPC-RMID BY VALUE NO-POINTER
           END-IF
           STOP RUN RETURNING EXIT-STATUS.

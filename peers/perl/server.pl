#!/usr/bin/perl
# Serves the working directory in a classic dialect: server.pl tlpi|compact KEY
use strict;
use warnings;
use Errno qw(EINTR);
use IPC::SysV qw(IPC_CREAT IPC_EXCL IPC_RMID);

my ($FAILURE, $DATA, $END) = (1, 2, 3);

# As the kernel has it, a signed int: Perl makes 0x80000000 of all that are higher. oct() reads 0x as well.
sub key { return unpack 'l', pack 'L', oct shift }

my ($dialect, $key) = @ARGV;
my ($chunk, $end) = $dialect eq 'tlpi' ? (8192, '') : (4096, "\0");

sub send_to {
    my ($queue, $type, $body) = @_;
    until (msgsnd($queue, pack('l! a*', $type, $body), 0)) {
        exit 0 unless $! == EINTR; # the client has gone
    }
}

sub answer {
    my ($queue, $name) = @_;
    if (open my $file, '<:raw', $name) {
        while (sysread $file, my $piece, $chunk) {
            send_to($queue, $DATA, $piece);
        }
        send_to($queue, $END, $end);
    } else {
        my $text = "Cannot open $name: $!\0";
        send_to($queue, $FAILURE, $dialect eq 'tlpi' ? $text : pack('a4096', $text));
    }
}

$SIG{CHLD} = 'IGNORE'; # children end without being waited for
$SIG{$_} = sub { exit 0 } for qw(HUP INT TERM);
my $server = $$;
my $requests = msgget(key($key), IPC_CREAT | IPC_EXCL | 0622) // die "msgget: $!\n";
END { msgctl($requests, IPC_RMID, 0) if defined $requests && $$ == $server }

$| = 1;
print "ready $requests\n";
for (;;) {
    msgrcv($requests, my $message, 8192, 0, 0) or $! == EINTR ? next : die "msgrcv: $!\n";
    my (undef, $queue, $name) = unpack 'l! l Z*', $message;
    if (defined $name && fork() == 0) {
        answer($queue, $name);
        exit 0;
    }
}

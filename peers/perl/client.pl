#!/usr/bin/perl
# Fetches a file from a server of the classic design: client.pl tlpi|compact KEY NAME > COPY
use strict;
use warnings;
use IPC::SysV qw(IPC_PRIVATE IPC_RMID);

my ($FAILURE, $DATA, $END) = (1, 2, 3);

# As the kernel has it, a signed int: Perl makes 0x80000000 of all that are higher. oct() reads 0x as well.
sub key { return unpack 'l', pack 'L', oct shift }

my ($dialect, $key, $name) = @ARGV;
my $name_bytes = $dialect eq 'tlpi' ? 4096 : 256;

# The builtin functions: IPC::Msg would do as well, and hides the type.
my $server  = msgget(key($key), 0)        // die "msgget: $!\n";
my $private = msgget(IPC_PRIVATE, 0620)  // die "msgget: $!\n";
END { my $status = $?; msgctl($private, IPC_RMID, 0) if defined $private; $? = $status }

# Without these, a signal ends Perl without the END block. PIPE comes when the reader of the output leaves, as head does.
my %signals = (HUP => 129, INT => 130, PIPE => 141, TERM => 143);
for my $signal (keys %signals) {
    $SIG{$signal} = sub { exit $signals{$signal} };
}

# l! is C's long, the type. l has 4 bytes, and as a type would take the return address with it.
msgsnd($server, pack("l! l a$name_bytes", 1, $private, $name), 0) or die "msgsnd: $!\n";

binmode STDOUT;
for (;;) {
    msgrcv($private, my $message, 8192, 0, 0) or die "msgrcv: $!\n";
    my ($type, $body) = unpack 'l! a*', $message;
    if ($type == $DATA) {
        print $body;
    } elsif ($type == $END) {
        close STDOUT or die "write: $!\n";
        exit 0;
    } else {
        warn unpack('Z*', $body), "\n";
        exit 1;
    }
}

package dev.letterbox.sysv.support;

import dev.letterbox.sysv.linux.Linux;
import java.lang.foreign.MemorySegment;

/** Stands in for the kernel and passes every call on to it; a test overrides the calls that are to go another way. */
public class ForwardingLinux implements Linux {
    private final Linux host = Linux.host();

    @Override
    public long msgget(int key, int flags) {
        return host.msgget(key, flags);
    }

    @Override
    public long msgsnd(int id, MemorySegment message, long size, int flags) {
        return host.msgsnd(id, message, size, flags);
    }

    @Override
    public long msgrcv(int id, MemorySegment message, long size, long type, int flags) {
        return host.msgrcv(id, message, size, type, flags);
    }

    @Override
    public long msgctl(int id, int command, MemorySegment argument) {
        return host.msgctl(id, command, argument);
    }

    @Override
    public long ftok(MemorySegment path, int project) {
        return host.ftok(path, project);
    }

    @Override
    public long semget(int key, int count, int flags) {
        return host.semget(key, count, flags);
    }

    @Override
    public long semop(int id, MemorySegment operations, long count) {
        return host.semop(id, operations, count);
    }

    @Override
    public long semctl(int id, int number, int command, MemorySegment argument) {
        return host.semctl(id, number, command, argument);
    }

    @Override
    public long shmget(int key, long size, int flags) {
        return host.shmget(key, size, flags);
    }

    @Override
    public long shmat(int id, int flags) {
        return host.shmat(id, flags);
    }

    @Override
    public long shmdt(long address) {
        return host.shmdt(address);
    }

    @Override
    public long shmctl(int id, int command, MemorySegment argument) {
        return host.shmctl(id, command, argument);
    }

    @Override
    public long madvise(long address, long length, int advice) {
        return host.madvise(address, length, advice);
    }

    @Override
    public long getpagesize() {
        return host.getpagesize();
    }

    @Override
    public long geteuid() {
        return host.geteuid();
    }

    @Override
    public long getegid() {
        return host.getegid();
    }

    @Override
    public long gettid() {
        return host.gettid();
    }

    @Override
    public long tgkill(int process, int thread, int signal) {
        return host.tgkill(process, thread, signal);
    }

    @Override
    public long claimWakeSignal() {
        return host.claimWakeSignal();
    }

    @Override
    public long unblockSignal(int signal) {
        return host.unblockSignal(signal);
    }
}

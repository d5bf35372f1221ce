package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Linux;
import java.lang.foreign.MemorySegment;

/** Stands in for the kernel and passes every call on to it; a test overrides the calls that are to go another way. */
class ForwardingLinux implements Linux {
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
    public long openat2(int directory, MemorySegment path, MemorySegment how) {
        return host.openat2(directory, path, how);
    }

    @Override
    public long open(MemorySegment path, int flags) {
        return host.open(path, flags);
    }

    @Override
    public long fstatx(int descriptor, MemorySegment statx) {
        return host.fstatx(descriptor, statx);
    }

    @Override
    public long pread(int descriptor, MemorySegment target, long count, long offset) {
        return host.pread(descriptor, target, count, offset);
    }

    @Override
    public long close(int descriptor) {
        return host.close(descriptor);
    }

    @Override
    public long getdents64(int descriptor, MemorySegment target) {
        return host.getdents64(descriptor, target);
    }

    @Override
    public long lstatxAt(int directory, MemorySegment name, MemorySegment statx) {
        return host.lstatxAt(directory, name, statx);
    }

    @Override
    public long poll(MemorySegment descriptors, long count, int millis) {
        return host.poll(descriptors, count, millis);
    }

    @Override
    public long setfsuid(int uid) {
        return host.setfsuid(uid);
    }

    @Override
    public long setfsgid(int gid) {
        return host.setfsgid(gid);
    }

    @Override
    public long setgroups(int count, MemorySegment groups) {
        return host.setgroups(count, groups);
    }

    @Override
    public long getgroups(int count, MemorySegment groups) {
        return host.getgroups(count, groups);
    }

    @Override
    public long groupsOf(int uid, int gid, MemorySegment groups) {
        return host.groupsOf(uid, gid, groups);
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

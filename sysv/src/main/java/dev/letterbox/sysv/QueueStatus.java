package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.layout.IpcPerm;
import dev.letterbox.sysv.linux.layout.MsqidDs;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The state of a queue at one moment: {@code struct msqid_ds} of msgctl(2).
 *
 * @param id the queue's id, 0 or more
 * @param keyValue the key; 0 for a private queue
 * @param ownerUid the owner's user id; the owner can be changed
 * @param ownerGid the owner's group id
 * @param creatorUid the effective user id of the process that made the queue; never changes
 * @param creatorGid its effective group id
 * @param mode the permission bits
 * @param messages how many messages wait
 * @param bytes how many bytes wait
 * @param capacity how many bytes may wait, and how many messages; empty if the queue was found in /proc only
 * @param lastSender the process that sent last, 0 for none; unreliable where two send at once
 * @param lastReceiver the process that received last, 0 for none; a thread's id where the receiver was asleep
 * @param sent when the last message was sent, to the second; empty for never
 * @param received when the last message was received, to the second; empty for never
 * @param changed when the queue was made, or its owner, mode or capacity set, to the second
 */
public record QueueStatus(
        int id,
        int keyValue,
        int ownerUid,
        int ownerGid,
        int creatorUid,
        int creatorGid,
        Mode mode,
        long messages,
        long bytes,
        OptionalLong capacity,
        int lastSender,
        int lastReceiver,
        Optional<Instant> sent,
        Optional<Instant> received,
        Instant changed) {

    static QueueStatus of(int id, MemorySegment state) {
        return new QueueStatus(
                id,
                IpcPerm.key(state),
                IpcPerm.uid(state),
                IpcPerm.gid(state),
                IpcPerm.cuid(state),
                IpcPerm.cgid(state),
                Mode.of(IpcPerm.mode(state)),
                MsqidDs.qnum(state),
                MsqidDs.cbytes(state),
                OptionalLong.of(MsqidDs.qbytes(state)),
                MsqidDs.lspid(state),
                MsqidDs.lrpid(state),
                moment(MsqidDs.stime(state)),
                moment(MsqidDs.rtime(state)),
                Instant.ofEpochSecond(MsqidDs.ctime(state)));
    }

    /** Returns whether a state is of this queue, and nobody has made, given away or changed it since. */
    boolean isOf(MemorySegment state) {
        return IpcPerm.key(state) == keyValue
                && IpcPerm.cuid(state) == creatorUid
                && MsqidDs.ctime(state) == changed.getEpochSecond();
    }

    /** The same by a state that was read from /proc. */
    boolean isOf(QueueStatus state) {
        return state.keyValue == keyValue && state.creatorUid == creatorUid && state.changed.equals(changed);
    }

    static Optional<Instant> moment(long seconds) {
        return seconds == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
    }

    /**
     * Returns the queue's key.
     *
     * @return the key; empty for a private queue
     */
    public Optional<Key> key() {
        return keyValue == 0 ? Optional.empty() : Optional.of(Key.of(keyValue));
    }

    /**
     * Returns whether the queue has no key.
     *
     * @return true for one made with {@code IPC_PRIVATE}
     */
    public boolean isPrivate() {
        return keyValue == 0;
    }
}

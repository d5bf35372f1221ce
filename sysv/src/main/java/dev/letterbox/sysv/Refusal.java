package dev.letterbox.sysv;

/**
 * A call that the kernel's own rules allow to everybody, and that is refused here all the same: by a security module, such as
 * SELinux, or by a system call filter.
 *
 * @param call the call, as in {@code msgctl(IPC_INFO)}
 * @param errno the error, as in {@code EPERM}
 * @param instead the file that is read instead
 */
public record Refusal(String call, String errno, String instead) {}

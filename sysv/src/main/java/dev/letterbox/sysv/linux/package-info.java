/**
 * The system calls, under their C names: the one place that calls native code.
 *
 * <p>{@link dev.letterbox.sysv.linux.Linux} is the interface, {@link dev.letterbox.sysv.linux.NativeLinux} the
 * implementation by {@code java.lang.foreign}. Tests stand in for the interface to inject faults and odd kernels.
 */
@NullMarked
package dev.letterbox.sysv.linux;

import org.jspecify.annotations.NullMarked;

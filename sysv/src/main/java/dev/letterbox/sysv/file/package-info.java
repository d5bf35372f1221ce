/**
 * Open files and directories by descriptor, and a thread's rights with them: what Java's own files cannot do.
 */
@NullMarked
package dev.letterbox.sysv.file;

import org.jspecify.annotations.NullMarked;

/**
 * The C library's structures: where their fields are.
 */
@NullMarked
package dev.letterbox.sysv.linux.layout;

import org.jspecify.annotations.NullMarked;

/** What experiments measure, as records: each also tells in words what happened. */
@NullMarked
package dev.letterbox.lab.result;

import org.jspecify.annotations.NullMarked;

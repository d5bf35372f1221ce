/** Services that answer in processes of their own. */
@NullMarked
package dev.letterbox.process;

import org.jspecify.annotations.NullMarked;

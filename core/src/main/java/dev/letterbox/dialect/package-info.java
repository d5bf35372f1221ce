/** Classic wire formats that a server can be taught, for programs that are not Letterbox. */
@NullMarked
package dev.letterbox.dialect;

import org.jspecify.annotations.NullMarked;

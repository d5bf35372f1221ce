/** Fair shares: how much there is to give, who may have how much of it, and whose turn it is. */
@NullMarked
package dev.letterbox.share;

import org.jspecify.annotations.NullMarked;

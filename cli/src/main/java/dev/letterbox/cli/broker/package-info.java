/** The commands about a broker itself: how it is set up. */
@NullMarked
package dev.letterbox.cli.broker;

import org.jspecify.annotations.NullMarked;

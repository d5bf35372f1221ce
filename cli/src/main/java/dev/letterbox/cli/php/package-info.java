/** Values as PHP serializes them, and the JSON in which people read and write them. */
@NullMarked
package dev.letterbox.cli.php;

import org.jspecify.annotations.NullMarked;

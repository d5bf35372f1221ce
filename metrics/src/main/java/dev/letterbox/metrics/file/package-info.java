/** Files that readers see complete or not at all: for this program's command line too. */
@NullMarked
package dev.letterbox.metrics.file;

import org.jspecify.annotations.NullMarked;

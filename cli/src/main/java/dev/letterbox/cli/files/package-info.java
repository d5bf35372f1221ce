/** The commands that serve files and fetch them. */
@NullMarked
package dev.letterbox.cli.files;

import org.jspecify.annotations.NullMarked;

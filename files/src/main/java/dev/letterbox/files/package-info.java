/**
 * Serves files to clients and fetches them, in the classic dialects.
 *
 * <p>{@link dev.letterbox.files.FileService} answers requests with the files beneath a
 * {@link dev.letterbox.files.ServedRoot}; {@link dev.letterbox.files.FileClient} fetches one.
 */
@NullMarked
package dev.letterbox.files;

import org.jspecify.annotations.NullMarked;

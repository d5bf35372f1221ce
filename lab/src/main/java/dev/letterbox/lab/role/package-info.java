/** What a process of an experiment runs: the server or a client of either design. */
@NullMarked
package dev.letterbox.lab.role;

import org.jspecify.annotations.NullMarked;

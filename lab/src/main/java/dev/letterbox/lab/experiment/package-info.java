/** The experiments: each stages a scene in both designs and measures it. */
@NullMarked
package dev.letterbox.lab.experiment;

import org.jspecify.annotations.NullMarked;

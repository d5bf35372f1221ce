/** The page that shows the results of all experiments: text, tables and plots, made from the results alone. */
@NullMarked
package dev.letterbox.lab.report;

import org.jspecify.annotations.NullMarked;

/**
 * Kills, faults and floods, for minutes or hours, with a report; see campaign/README.md. The tests run the same scenarios
 * for a few rounds.
 */
@NullMarked
package dev.letterbox.campaign;

import org.jspecify.annotations.NullMarked;

/** The stage of an experiment: starts the processes of a server and its clients, gives them orders, and watches them and their queues. */
@NullMarked
package dev.letterbox.lab.scene;

import org.jspecify.annotations.NullMarked;

/** What every engine keeps, as a test suite, and what tests of more than one module need. */
package dev.letterbox.contract;

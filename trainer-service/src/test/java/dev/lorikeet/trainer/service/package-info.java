@NullMarked
package dev.lorikeet.trainer.service;

import org.jspecify.annotations.NullMarked;

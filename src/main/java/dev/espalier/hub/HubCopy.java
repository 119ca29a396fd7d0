package dev.espalier.hub;

import java.nio.file.Path;

/**
 * What a name on the Hub stands for, on this machine.
 *
 * @param name which
 * @param commit of the repository
 * @param path the folder of a model, or a file
 */
public record HubCopy(HubName name, String commit, Path path) {}

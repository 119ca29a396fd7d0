package dev.espalier.hub;

import dev.espalier.BadInputException;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The proxies that the environment names, as curl takes them; else those that Java is told of. */
final class EnvironmentProxies extends ProxySelector {
  private static final int USUAL_PORT = 1080;

  private final Map<String, URI> proxies = new HashMap<>();
  private final List<String> without;

  private EnvironmentProxies(List<String> without) {
    this.without = without;
  }

  /**
   * @throws BadInputException if a proxy cannot be understood
   */
  static EnvironmentProxies of(Map<String, String> variables) {
    String without = variables.getOrDefault("no_proxy", variables.getOrDefault("NO_PROXY", ""));
    EnvironmentProxies all =
        new EnvironmentProxies(
            Arrays.stream(without.split("[,\\s]+"))
                .map(host -> host.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
                .filter(host -> !host.isEmpty())
                .toList());
    // Of the one for http only the small letters count: a web server may have set the large ones.
    first(variables, "http_proxy", "all_proxy", "ALL_PROXY")
        .ifPresent(proxy -> all.proxies.put("http", proxy));
    first(variables, "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        .ifPresent(proxy -> all.proxies.put("https", proxy));
    return all;
  }

  private static Optional<URI> first(Map<String, String> variables, String... names) {
    return Stream.of(names)
        .filter(name -> !variables.getOrDefault(name, "").isBlank())
        .findFirst()
        .map(name -> address(name, variables.get(name).strip()));
  }

  /** The sentence does not repeat what is there, for it may hold a password. */
  private static URI address(String name, String text) {
    try {
      URI uri = new URI(text.contains("://") ? text : "http://" + text);
      if ("http".equals(uri.getScheme()) && uri.getHost() != null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // told below
    }
    throw new BadInputException(
        name + " is not the address of an HTTP proxy: set it to http://HOST:PORT, or unset it");
  }

  @Override
  public List<Proxy> select(URI uri) {
    if (proxies.isEmpty()) {
      return ProxySelector.getDefault().select(uri);
    }
    URI proxy = proxies.get(uri.getScheme());
    return List.of(
        proxy == null || isExcepted(String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT))
            ? Proxy.NO_PROXY
            : new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), port(proxy))));
  }

  private static int port(URI proxy) {
    return proxy.getPort() < 0 ? USUAL_PORT : proxy.getPort();
  }

  private boolean isExcepted(String host) {
    return without.stream()
        .anyMatch(name -> name.equals("*") || host.equals(name) || host.endsWith("." + name));
  }

  /** What proxies are told that ask who is there; absent if the environment says nothing of it. */
  Optional<Authenticator> authenticator() {
    return proxies.values().stream().anyMatch(proxy -> proxy.getUserInfo() != null)
        ? Optional.of(new Passwords())
        : Optional.empty();
  }

  /** For proxies alone: no server is told. */
  private final class Passwords extends Authenticator {
    @Override
    protected PasswordAuthentication getPasswordAuthentication() {
      return proxies.values().stream()
          .filter(proxy -> getRequestorType() == RequestorType.PROXY)
          .filter(proxy -> proxy.getUserInfo() != null)
          .filter(proxy -> proxy.getHost().equalsIgnoreCase(getRequestingHost()))
          .filter(proxy -> port(proxy) == getRequestingPort())
          .map(proxy -> proxy.getUserInfo().split(":", 2))
          .map(
              user ->
                  new PasswordAuthentication(
                      user[0], (user.length > 1 ? user[1] : "").toCharArray()))
          .findFirst()
          .orElse(null);
    }
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException e) {
    // The request fails, too, and that is told.
  }
}

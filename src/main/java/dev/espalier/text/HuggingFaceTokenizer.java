package dev.espalier.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.files.FileFaults;
import dev.espalier.files.FirstBytes;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The tokenizer of a Hugging Face model folder: its {@code tokenizer.json}, run by the Hugging Face
 * tokenizers library, with the settings of the files beside it as Python's transformers (4.57)
 * heeds them. Never uses the network. Safe for use by several threads until closed.
 *
 * <p>The library needs some 130 bytes per byte of text while it encodes. A text is therefore
 * encoded in pieces, wherever it is known that they have the ids of the whole.
 */
public final class HuggingFaceTokenizer implements Tokenizer {
  /** Bytes that encoding in one piece takes per character of a text. */
  private static final long BYTES_PER_CHARACTER = 130;

  private static final long MEGABYTE = 1 << 20;

  /** Any text that no tokenizer finds empty. */
  private static final String ANY = "a";

  private final long handle;
  private final Path file;
  private final TokenizerJson description;
  private final Frame frame;
  private final Optional<String> adapted;
  private final AtomicBoolean closed = new AtomicBoolean();
  private Optional<SafeCuts> cuts;

  private HuggingFaceTokenizer(
      long handle, Path file, TokenizerJson description, TokenizerSettings settings) {
    this.handle = handle;
    this.file = file;
    this.description = description;
    this.frame = Frame.of(settings, this::id, postProcessed());
    this.adapted = adapted(description, settings);
  }

  /** With the command that makes it of what older tokenizers are kept in. */
  private static BadInputException missing(Path folder) {
    List<String> older =
        Stream.of("tokenizer.model", "spiece.model", "vocab.json")
            .filter(name -> Files.isRegularFile(folder.resolve(name)))
            .toList();
    return older.isEmpty()
        ? new BadInputException(
            folder
                + " has no tokenizer.json, which is needed to read text: download it with the model")
        : new BadInputException(
            ("%1$s has %2$s, but no tokenizer.json, which is needed to read text: make it with"
                    + " python3 -c \"from transformers import AutoTokenizer;"
                    + " AutoTokenizer.from_pretrained('%1$s').backend_tokenizer.save('%1$s/tokenizer.json')\"")
                .formatted(folder, older.get(0)));
  }

  /**
   * Loads the tokenizer of a model folder.
   *
   * @throws BadInputException if {@code tokenizer.json} is missing or is not a tokenizer, or if the
   *     files beside it are damaged or contradict it
   */
  public static HuggingFaceTokenizer load(Path folder) {
    Path file = folder.resolve("tokenizer.json");
    if (!Files.isRegularFile(file)) {
      throw missing(folder);
    }
    FirstBytes.requireJson(file);
    TokenizerSettings settings = TokenizerSettings.of(folder);
    NativeTokenizers.load();
    try {
      TokenizerJson description = TokenizerJson.read(file);
      long handle =
          TokenizersLibrary.LIB.createTokenizerFromString(text(file, description, settings));
      try {
        TokenizersLibrary.LIB.disableTruncation(handle);
        TokenizersLibrary.LIB.disablePadding(handle);
        return new HuggingFaceTokenizer(handle, file, description, settings);
      } catch (RuntimeException e) {
        TokenizersLibrary.LIB.deleteTokenizer(handle);
        throw e;
      }
    } catch (BadInputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new BadInputException(
          file + " cannot be used as a tokenizer (" + e.getMessage() + "): download it again", e);
    }
  }

  /** The file, with what the one beside it says otherwise. */
  private static String text(Path file, TokenizerJson description, TokenizerSettings settings)
      throws IOException {
    byte[] json = Files.readAllBytes(file);
    return adapted(description, settings).isEmpty()
        ? new String(json, UTF_8)
        : description.withPrefixSpace(json, settings.addsPrefixSpace());
  }

  /** What is changed of the file; nothing as a rule. */
  private static Optional<String> adapted(TokenizerJson description, TokenizerSettings settings) {
    return description
        .addsPrefixSpace()
        .filter(adds -> adds != settings.addsPrefixSpace())
        .map(
            adds ->
                "%s space is put before a text, as %s says and not tokenizer.json."
                    .formatted(adds ? "No" : "A", TokenizerSettings.CONFIG));
  }

  /** The library marks the tokens that it has put around a text. */
  private Frame postProcessed() {
    long encoding = TokenizersLibrary.LIB.encode(handle, ANY, true);
    try {
      long[] added = TokenizersLibrary.LIB.getSpecialTokenMask(encoding);
      long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
      String[] tokens = TokenizersLibrary.LIB.getTokens(encoding);
      List<Frame.SpecialToken> before = new ArrayList<>();
      List<Frame.SpecialToken> after = new ArrayList<>();
      boolean inside = false;
      for (int i = 0; i < ids.length; i++) {
        if (added[i] != 0) {
          (inside ? after : before).add(new Frame.SpecialToken(tokens[i], (int) ids[i]));
        }
        inside |= added[i] == 0;
      }
      return Frame.postProcessed(before, after);
    } finally {
      TokenizersLibrary.LIB.deleteEncoding(encoding);
    }
  }

  /** By the library's own account, for it numbers added tokens itself. */
  private OptionalInt id(String token) {
    if (isAdded(token)) {
      int[] ids = part(token);
      return ids.length == 1 ? OptionalInt.of(ids[0]) : OptionalInt.empty();
    }
    return model().id(token);
  }

  private boolean isAdded(String token) {
    return description.addedTokens().stream().anyMatch(added -> added.content().equals(token));
  }

  private TokenizerModel model() {
    try {
      return TokenizerModel.read(file);
    } catch (IOException e) {
      throw FileFaults.reading(file, e);
    }
  }

  /** What people should know of how texts are read, a sentence each. */
  public List<String> remarks() {
    return Stream.concat(Stream.of(frame.describe()), adapted.stream()).toList();
  }

  @Override
  public int[] encode(String text) {
    TokenIds ids = framed(inside -> encodeTo(inside, text));
    return ids.toArray();
  }

  private void encodeTo(TokenIds ids, String text) {
    Optional<SafeCuts> safe = text.length() > PieceEncoder.USUAL ? cuts() : Optional.empty();
    if (safe.isEmpty()) {
      for (int id : part(text)) {
        ids.add(id);
      }
      return;
    }
    try {
      pieces(safe.get()).encode(new StringReader(text), ids);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // there is none in reading a string
    }
  }

  @Override
  public TokenIds encode(TextCorpus text, Progress progress) {
    Optional<SafeCuts> safe = cuts();
    if (safe.isEmpty()) {
      return framed(ids -> encodeTo(ids, whole(text, progress)));
    }
    return framed(
        ids ->
            Reading.of(text.size(), "Tokenizing " + text.name(), progress)
                .told(
                    bytes ->
                        text.read(
                            bytes,
                            reader -> {
                              pieces(safe.get()).encode(reader, ids);
                              return ids;
                            })));
  }

  /** Of a tokenizer of which it is not known where a text may be cut. */
  private static String whole(TextCorpus text, Progress progress) {
    String whole = text.text();
    if (whole.length() > PieceEncoder.USUAL) {
      progress.note(
          ("%s is tokenized in one piece, for it is not known where this tokenizer lets a text be"
                  + " cut; that takes about %,d MB of memory.")
              .formatted(text.name(), whole.length() * BYTES_PER_CHARACTER / MEGABYTE));
    }
    return whole;
  }

  private PieceEncoder pieces(SafeCuts safe) {
    return new PieceEncoder(this::part, safe, PieceEncoder.USUAL);
  }

  /** Where texts may be cut, if that is known. */
  synchronized Optional<SafeCuts> cuts() {
    if (cuts == null) {
      cuts = SafeCuts.of(description, model());
    }
    return cuts;
  }

  private TokenIds framed(Consumer<TokenIds> text) {
    TokenIds ids = new TokenIds();
    frame.before().forEach(token -> ids.add(token.id()));
    text.accept(ids);
    frame.after().forEach(token -> ids.add(token.id()));
    return ids;
  }

  /** The ids of a text, or a part of one, without those of its beginning and its end. */
  int[] part(String text) {
    // Through the native interface, because the library's own Encoding would also hold a string and
    // a span for every token, which a long text has no memory for.
    long encoding = TokenizersLibrary.LIB.encode(handle, text, false);
    try {
      return narrow(TokenizersLibrary.LIB.getTokenIds(encoding));
    } finally {
      TokenizersLibrary.LIB.deleteEncoding(encoding);
    }
  }

  private static int[] narrow(long[] ids) {
    int[] narrowed = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      narrowed[i] = (int) ids[i]; // ids are unsigned 32-bit there, and index an embedding table
    }
    return narrowed;
  }

  /**
   * What a token is that a model does not know, and what to do about it.
   *
   * @return such as {@code [PAD] (id 4096), which …: …}
   */
  public String explain(int id) {
    Optional<String> added =
        description.addedTokens().stream()
            .map(TokenizerJson.AddedToken::content)
            .filter(content -> Arrays.equals(part(content), new int[] {id}))
            .findFirst();
    String spelling =
        added.orElseGet(() -> TokenizersLibrary.LIB.decode(handle, new long[] {id}, false).strip());
    String token = "%s (id %d)".formatted(FileFaults.printable(spelling), id);
    if (frame.has(id)) {
      return token
          + ", which belongs to every text: use the tokenizer files that came with the model";
    }
    return added.isPresent()
        ? token
            + (", which was added to the tokenizer and not to the model: take it out of the text,"
                + " or use the tokenizer.json that came with the model")
        : token
            + (", since the tokenizer has more tokens than the model: use the tokenizer.json that"
                + " came with the model");
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      TokenizersLibrary.LIB.deleteTokenizer(handle);
    }
  }
}

package dev.espalier.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.Setting;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.hub.HubCopy;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.MeasurementFile;
import dev.espalier.pruning.PatternCheck;
import dev.espalier.report.PruneReport;
import dev.espalier.text.MixedDraw;
import dev.espalier.text.TextSource;
import dev.espalier.text.TokenWindows;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Model, texts and settings of a run, opened and checked once, whatever the run does with them. */
public final class OpenedRun implements AutoCloseable {
  private final RunSettings settings;
  private final LoadedModel loaded;
  private final RecordedNotes notes;
  private final Optional<MixedDraw> drawn;
  private final PruningRun run;

  private OpenedRun(RunSettings settings, LoadedModel loaded, RecordedNotes notes) {
    PatternCheck.require(settings.pruning().pattern(), loaded.decoder());
    this.settings = settings;
    this.loaded = loaded;
    this.notes = notes;
    PruningSettings pruning = pruning();
    this.drawn =
        settings
            .calibration()
            .map(text -> loaded.calibration(text, loaded.seqLen(text.seqLen()), notes));
    settings.calibration().ifPresent(text -> loaded.tellShortContext(text.seqLen(), notes));
    Optional<TokenWindows> windows =
        drawn.map(draw -> loaded.known(draw.windows(), Setting.CALIBRATION));
    this.run = new PruningRun(pruning, loaded.decoder(), windows, statistics(windows), notes);
  }

  /**
   * Opens a run.
   *
   * @param progress hears of what is found
   * @throws BadInputException if something the user gave cannot be used
   */
  public static OpenedRun open(RunSettings settings, Progress progress) {
    RecordedNotes notes = new RecordedNotes(progress);
    LoadedModel loaded = LoadedModel.open(settings.model(), settings.compute(), notes);
    try {
      return new OpenedRun(settings, loaded, notes);
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  /** With what stored allocations say where nothing else is asked for. */
  private PruningSettings pruning() {
    PruningSettings asked = settings.pruning();
    StoredAllocations stored = settings.stored();
    MeasuredModel shapes = MeasuredModel.of(loaded.decoder().description());
    boolean own = stored.ownTotals(asked.pattern());
    OptionalDouble common = own ? stored.total(shapes) : OptionalDouble.empty();
    PruningSettings settled = common.isPresent() ? asked.at(common.getAsDouble()) : asked;
    for (FileAllocation file : stored.files()) {
      double total = file.total(shapes);
      Warnings.pattern(file, asked.pattern(), stored.patternAsked()).ifPresent(notes::note);
      if (own && total != PruningSettings.USUAL_SPARSITY) {
        notes.note(Warnings.ownTotal(file, total));
      }
    }
    return settled;
  }

  /** Statistics are kept by the windows they were taken on, also where nothing looks at these. */
  private Optional<MeasurementFile> statistics(Optional<TokenWindows> windows) {
    return settings
        .statistics()
        .flatMap(
            file ->
                windows.map(
                    calibration ->
                        new MeasurementFile(
                            file,
                            RunIdentity.ofMeasurements(loaded, settings.text(), calibration),
                            MeasuredModel.of(loaded.decoder().description()))));
  }

  /** What is done with the model. */
  public PruningRun run() {
    return run;
  }

  /** The model's folder. */
  public ModelFolder folder() {
    return loaded.folder();
  }

  /** What that is a copy of on the Hub; absent if it was given as a folder. */
  public Optional<HubCopy> hub() {
    return loaded.hub();
  }

  /** What the run has been told so far. */
  public RecordedNotes notes() {
    return notes;
  }

  /**
   * Windows of the calibration corpus that calibration does not see, for a choice to be judged by.
   *
   * @throws BadInputException if there are none
   */
  public TokenWindows heldOut(int limit) {
    return loaded.known(drawn.orElseThrow().heldOut(limit), Setting.CALIBRATION);
  }

  /** Texts as windows as long as those of the calibration. */
  public List<TokenWindows> evaluation(List<TextSource> texts) {
    return loaded.evaluation(texts, run.calibration().seqLen(), notes);
  }

  /** Tells how texts were read, if any was. */
  public void tellHowTextsWereRead() {
    if (drawn.isPresent()) {
      loaded.tellHowTextsWereRead(notes);
    }
  }

  /** What was run through the model, for reports; absent if nothing was. */
  public Optional<PruneReport.Calibration> calibrationReport() {
    return settings
        .calibration()
        .flatMap(text -> drawn.map(draw -> text.report(run.calibration())));
  }

  /** What must be equal for unfinished work of this run to be taken up. */
  public ObjectNode identity() {
    return RunIdentity.of(loaded, settings, run);
  }

  @Override
  public void close() {
    loaded.close();
  }
}

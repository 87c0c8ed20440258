using System.Text.Json;
using System.Text.Json.Serialization;
using TrainingService.Evaluations;
using TrainingService.Runs;

namespace TrainingService.Policies;

/// <summary>What happens by itself with a data set and the model that it trains.</summary>
internal sealed class DatasetPolicy
{
    /// <summary>The data set's number.</summary>
    public required int Dataset { get; init; }

    public required Policy Policy { get; set; }

    /// <summary>Pseudonymous id of who changed it last: runs by policy are theirs.</summary>
    public required string Caller { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }

    /// <summary>Labels ever added when the last run by policy was queued.</summary>
    public long TrainedAdded { get; set; }

    /// <summary>When to queue the next run, if nothing more comes in; null: nothing is due.</summary>
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>Since when labels have been coming in that no run was queued for; null: none have.</summary>
    public DateTimeOffset? PendingSince { get; set; }

    /// <summary>Why the last run was not queued although its time had come; null: it was. It is tried again when more labels come.</summary>
    public RunError? Refused { get; set; }

    /// <summary>The last change of the data set that was noticed.</summary>
    public int SeenRevision { get; set; }
}

/// <param name="Model">The model whose versions the data set trains; null: named like the data set.</param>
/// <param name="AutoTrain">Null: runs are only those asked for.</param>
/// <param name="Gates">What a version has to reach before it goes live.</param>
/// <param name="OnLowQuality">What is done when the live model falls under its gate in use.</param>
/// <param name="Feedback">What becomes of corrections of the model's predictions.</param>
internal sealed record Policy(string? Model = null, AutoTrain? AutoTrain = null, Gates? Gates = null, LowQuality OnLowQuality = LowQuality.Alert, FeedbackUse Feedback = FeedbackUse.Off);

/// <param name="MinNewLabels">Labels added since the last run, at least 1.</param>
/// <param name="DebounceSeconds">So long nothing more has to come in; no longer than ten times that is waited.</param>
/// <param name="Learner">As a run's; as its parameters, seed and the rest.</param>
internal sealed record AutoTrain(
    int MinNewLabels, double DebounceSeconds, string Learner, IReadOnlyDictionary<string, JsonElement>? Parameters = null, ulong Seed = 1, string? Backbone = null, int Augment = 0, bool Promote = true)
{
    [JsonIgnore]
    public TimeSpan Debounce => TimeSpan.FromSeconds(DebounceSeconds);

    public RunRequest ToRequest() => new(Learner, Parameters, Seed: Seed, Backbone: Backbone, Augment: Augment, Promote: Promote);
}

internal enum LowQuality { Alert, Refuse, Rollback }

/// <summary><see cref="Auto"/> makes a correction a label at once, <see cref="Review"/> an item that somebody has to label.</summary>
internal enum FeedbackUse { Off, Auto, Review }

using InferenceSuite.Contracts;
using TrainingService.Policies;

namespace TrainingService.FeedbackLabels;

/// <summary>What a caller said about a prediction of a model whose data set learns from that, and what became of it.</summary>
internal sealed class FeedbackLabel
{
    private const string Prefix = "prediction:";

    public required Guid Prediction { get; init; }

    public required string Caller { get; init; }

    /// <summary>The data set's number.</summary>
    public required int Dataset { get; init; }

    public required WantedLabel Wanted { get; init; }

    /// <summary>What it should have been; of an item what is suggested.</summary>
    public string? Label { get; init; }

    /// <summary>Of the feedback: what comes later with an earlier time changes nothing.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When to take it over; null: done.</summary>
    public DateTimeOffset? DueAt { get; init; }

    public int Attempts { get; init; }

    public FeedbackOutcome? Outcome { get; init; }

    /// <summary>Of what was skipped.</summary>
    public string? Reason { get; init; }

    /// <summary>What the row in the data set is called.</summary>
    public string GivenId => GivenIdOf(Prediction);

    public static string GivenIdOf(Guid prediction) => Prefix + prediction;

    /// <summary>The prediction that a row came of; null: it came from elsewhere.</summary>
    public static Guid? PredictionOf(string? givenId) =>
        givenId?.StartsWith(Prefix, StringComparison.Ordinal) == true && Guid.TryParse(givenId.AsSpan(Prefix.Length), out var prediction) ? prediction : null;

    /// <summary>What feedback is good for. A prediction that was wrong, and nobody said what would have been right, is no label, but worth a look.</summary>
    public static (WantedLabel Wanted, string? Label) From(FeedbackReceived said, FeedbackUse use)
    {
        var label = said.Label ?? (said.Correct == true ? said.PredictedLabel : null);
        return use switch
        {
            FeedbackUse.Auto when label is not null => (WantedLabel.Label, label),
            FeedbackUse.Review when label is not null || said.Correct == false => (WantedLabel.Item, label),
            _ => (WantedLabel.Nothing, null),
        };
    }
}

/// <summary>
/// A labelled row; one that somebody has to label; or none, and one that is there goes if it is still the caller's. <see cref="Revoked"/>: none either, and what the feedback gave goes
/// whoever labelled it since.
/// </summary>
internal enum WantedLabel { Label, Item, Nothing, Revoked }

/// <summary><see cref="Waiting"/> became an item. <see cref="Duplicate"/>: the data set knew it already.</summary>
internal enum FeedbackOutcome { Labelled, Waiting, Duplicate, Skipped, Removed }

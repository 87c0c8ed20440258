using System.Text.Json;
using System.Text.Json.Serialization;
using Learning.Evaluation;

namespace TrainingService.LabelKinds;

/// <summary>Whether a version may take another's place, by their answers to the same rows. In JSON it is the library's comparison as it is.</summary>
[JsonConverter(typeof(ContestJson))]
internal abstract record Contest
{
    public abstract bool Passed { get; }

    /// <summary>By how much it is better than the other, in the figure that they are compared by; below 0: worse.</summary>
    public abstract double Gain { get; }

    /// <summary>In a sentence, for people.</summary>
    public abstract string Explanation { get; }

    /// <summary>Why it may not, as a reason beside those of the gates.</summary>
    /// <param name="live">The other version.</param>
    public abstract string WhyNot(string live);

    /// <summary>What the library has of it.</summary>
    public abstract object Of { get; }

    protected static string PValue(double p) => p < 0.0001 ? "p < 0.0001" : FormattableString.Invariant($"p = {p:0.0000}");
}

internal sealed record ClassContest(Challenge Challenge) : Contest
{
    public override bool Passed => Challenge.Passed;

    public override double Gain => Challenge.Gain;

    public override string Explanation => Challenge.Explanation;

    public override object Of => Challenge;

    public override string WhyNot(string live)
    {
        var fewer = (int)Math.Round(-Challenge.Gain * Challenge.Rows);
        return FormattableString.Invariant($"right on {fewer} {(fewer == 1 ? "row" : "rows")} fewer than version {live} ({PValue(Challenge.Test.WorsePValue)}, of {Challenge.Rows} reference rows)");
    }
}

internal sealed record NumberContest(NumberChallenge Challenge) : Contest
{
    public override bool Passed => Challenge.Passed;

    public override double Gain => Challenge.Gain;

    public override string Explanation => Challenge.Explanation;

    public override object Of => Challenge;

    public override string WhyNot(string live) => FormattableString.Invariant(
        $"mean absolute error {Challenge.CandidateError:G4}, of version {live} {Challenge.LiveError:G4} on the same rows ({PValue(Challenge.WorsePValue)}, of {Challenge.Rows} reference rows)");
}

internal sealed class ContestJson : JsonConverter<Contest>
{
    public override Contest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("A comparison is made, never read.");

    public override void Write(Utf8JsonWriter writer, Contest value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.Of, value.Of.GetType(), options);
}

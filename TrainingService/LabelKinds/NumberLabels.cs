using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Learning;
using Learning.Data;
using Learning.Evaluation;
using TrainingService.Datasets;
using TrainingService.Datasets.Schema;
using TrainingService.Datasets.Snapshots;
using TrainingService.Evaluations;
using TrainingService.Registry;

namespace TrainingService.LabelKinds;

/// <summary>Labels that are numbers. Answers are kept as float32, little endian.</summary>
internal sealed class NumberLabels : LabelKind
{
    private const string Regression = "tabular-regression";

    public override string Name => "numbers";

    public override string? ToldTask => Regression;

    public override IReadOnlyList<string> Gates { get; } = ["maxMeanAbsoluteError", "maxRootMeanSquaredError", "minR2"];

    public override ReferenceRule Reference { get; } = new ReferenceByTenth();

    public override int AnswerBytes => sizeof(float);

    public override string TaskOf(DatasetKind kind) => Regression;

    public override IReadOnlyList<ILearner> LearnersOf(DatasetKind kind) => Learners.For(number: true);

    public override Task<LabelCoding> CodingAsync(TrainingDb db, Snapshot snapshot, ValueLists values, CancellationToken cancellation) => Task.FromResult<LabelCoding>(new NumberCoding());

    public override Task<LabelCoding> RequireLearnableAsync(Learnable wanted, CancellationToken cancellation) => LearnableNumbers.RequireAsync(wanted, cancellation);

    public override Task<AnswerReading> ReadingAsync(
        TrainingDb db, ModelVersion version, ServedManifest manifest, Dataset dataset, ValueLists values, int revision, CancellationToken cancellation) =>
        Task.FromResult<AnswerReading>(new NumberReading(manifest));

    /// <summary>As a post would have it stored. One that is too large to be learned would keep the data set from being trained on: it is none.</summary>
    public override Task<string?> FindAsync(TrainingDb db, Dataset dataset, string said, CancellationToken cancellation) =>
        Task.FromResult(double.TryParse(said, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= TableSchema.LargestNumber
            ? (number + 0d).ToString("R", CultureInfo.InvariantCulture)
            : null);

    public override Contest Compare(IReadOnlyList<ReferenceRow> rows, Evaluation first, Evaluation second, CancellationToken cancellation) =>
        new NumberContest(NumberChallenge.Of([.. rows.Select(row => Parse(row.Label))], FromBytes(first.Answers), FromBytes(second.Answers), cancellation: cancellation));

    /// <summary>Those first that differ most.</summary>
    public override IEnumerable<Disagreement> Disagreements(IReadOnlyList<ReferenceRow> rows, Evaluation first, Evaluation second)
    {
        var (a, b) = (FromBytes(first.Answers), FromBytes(second.Answers));
        return rows.Index().Where(row => a[row.Index] != b[row.Index]).OrderByDescending(row => Math.Abs((double)a[row.Index] - b[row.Index]))
            .Select(row => new Disagreement(row.Item.Id, Json(Parse(row.Item.Label)), Json(a[row.Index]), Json(b[row.Index])));
    }

    public static float Parse(string label) => (float)double.Parse(label, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>As <see cref="Evaluation.Answers"/> has them.</summary>
    public static byte[] ToBytes(float[] answers)
    {
        var bytes = new byte[answers.Length * sizeof(float)];
        for (var row = 0; row < answers.Length; row++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(row * sizeof(float)), answers[row]);
        return bytes;
    }

    private static float[] FromBytes(byte[] bytes)
    {
        var answers = new float[bytes.Length / sizeof(float)];
        for (var row = 0; row < answers.Length; row++)
            answers[row] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(row * sizeof(float)));
        return answers;
    }

    private static JsonElement Json(float number) => JsonSerializer.SerializeToElement(number);
}

using System.Buffers.Binary;
using System.Text.Json;
using Learning;
using Learning.Evaluation;
using Learning.Heads;
using TrainingService.Datasets;
using TrainingService.Datasets.Schema;
using TrainingService.Datasets.Snapshots;
using TrainingService.Evaluations;
using TrainingService.Registry;
using TrainingService.Runs.Training;

namespace TrainingService.LabelKinds;

/// <summary>Labels that are classes. Answers are kept as int16, little endian: the index of the class among the evaluation's.</summary>
internal sealed class ClassLabels : LabelKind
{
    public override string Name => "classes";

    public override string? ToldTask => null;

    public override IReadOnlyList<string> Gates { get; } = ["minPrecision", "minRecall", "minAccuracy", "minF1"];

    public override ReferenceRule Reference { get; } = new ReferenceByClass();

    public override int AnswerBytes => sizeof(short);

    public override string TaskOf(DatasetKind kind) => kind == DatasetKind.Image ? "image-classification" : "tabular-classification";

    public override IReadOnlyList<ILearner> LearnersOf(DatasetKind kind) =>
        [.. Learners.For(number: false).Where(learner => learner is ImageHead == (kind == DatasetKind.Image))];

    public override async Task<LabelCoding> CodingAsync(TrainingDb db, Snapshot snapshot, ValueLists values, CancellationToken cancellation) =>
        new ClassCoding(TrainingSchema.ClassesOf(snapshot.Schema, values, (await db.CountClassesAsync(snapshot, cancellation)).Keys));

    public override Task<LabelCoding> RequireLearnableAsync(Learnable wanted, CancellationToken cancellation) => LearnableClasses.RequireAsync(wanted, cancellation);

    public override Task<AnswerReading> ReadingAsync(
        TrainingDb db, ModelVersion version, ServedManifest manifest, Dataset dataset, ValueLists values, int revision, CancellationToken cancellation) =>
        ClassReading.FitAsync(db, version, manifest, dataset, values, revision, cancellation);

    /// <summary>One that the data set does not have makes no class by itself.</summary>
    public override async Task<string?> FindAsync(TrainingDb db, Dataset dataset, string said, CancellationToken cancellation) =>
        (await db.LoadValuesAsync(dataset, int.MaxValue, cancellation)).Classes.Find(said) >= 0 ? said : null;

    public override Contest Compare(IReadOnlyList<ReferenceRow> rows, Evaluation first, Evaluation second, CancellationToken cancellation)
    {
        var index = IndexOf(rows, first, second);
        return new ClassContest(Challenge.Of([.. rows.Select(row => index[row.Label])], Predicted(first, index), Predicted(second, index), cancellation: cancellation));
    }

    public override IEnumerable<Disagreement> Disagreements(IReadOnlyList<ReferenceRow> rows, Evaluation first, Evaluation second)
    {
        var index = IndexOf(rows, first, second);
        var (a, b) = (Predicted(first, index), Predicted(second, index));
        var names = index.OrderBy(each => each.Value).Select(each => JsonSerializer.SerializeToElement(each.Key)).ToArray();
        return rows.Index().Where(row => a[row.Index] != b[row.Index]).Select(row => new Disagreement(row.Item.Id, names[index[row.Item.Label]], names[a[row.Index]], names[b[row.Index]]));
    }

    /// <summary>As <see cref="Evaluation.Answers"/> has them.</summary>
    public static byte[] ToBytes(int[] predicted)
    {
        var bytes = new byte[predicted.Length * sizeof(short)];
        for (var row = 0; row < predicted.Length; row++)
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(row * sizeof(short)), checked((short)predicted[row]));
        return bytes;
    }

    // Two evaluations may number the same classes differently.
    private static Dictionary<string, int> IndexOf(IReadOnlyList<ReferenceRow> rows, Evaluation first, Evaluation second) =>
        first.Classes.Union(second.Classes).Union(rows.Select(row => row.Label)).Distinct().Index().ToDictionary(each => each.Item, each => each.Index, StringComparer.Ordinal);

    private static int[] Predicted(Evaluation evaluation, Dictionary<string, int> index)
    {
        var predicted = new int[evaluation.Answers.Length / sizeof(short)];
        for (var row = 0; row < predicted.Length; row++)
            predicted[row] = index[evaluation.Classes[BinaryPrimitives.ReadInt16LittleEndian(evaluation.Answers.AsSpan(row * sizeof(short)))]];
        return predicted;
    }
}

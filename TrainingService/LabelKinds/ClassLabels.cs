using System.Buffers.Binary;
using System.Text.Json;
using Learning.Evaluation;
using TrainingService.Datasets;
using TrainingService.Datasets.Schema;
using TrainingService.Datasets.Snapshots;
using TrainingService.Evaluations;
using TrainingService.Runs.Training;

namespace TrainingService.LabelKinds;

/// <summary>Labels that are classes. Answers are kept as int16, little endian: the index of the class among the evaluation's.</summary>
internal sealed class ClassLabels : LabelKind
{
    public override ReferenceRule Reference { get; } = new ReferenceByClass();

    public override int AnswerBytes => sizeof(short);

    public override string TaskOf(DatasetKind kind) => kind == DatasetKind.Image ? "image-classification" : "tabular-classification";

    public override async Task<LabelCoding> CodingAsync(TrainingDb db, Snapshot snapshot, ValueLists values, CancellationToken cancellation) =>
        new ClassCoding(TrainingSchema.ClassesOf(snapshot.Schema, values, (await db.CountClassesAsync(snapshot, cancellation)).Keys));

    public override Task<LabelCoding> RequireLearnableAsync(Learnable wanted, CancellationToken cancellation) => LearnableClasses.RequireAsync(wanted, cancellation);

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

using System.Security.Cryptography;
using System.Text;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Snapshots;

/// <summary>
/// SHA-256 of a data set's content: the columns by name with their types, the label's type, then of each row the content's hash, the
/// label and whether it is trusted, in the order of these. Says nothing of ids, times or the order of rows.
/// </summary>
internal sealed class SnapshotHash : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public SnapshotHash(DatasetSchema schema)
    {
        foreach (var column in schema.Columns.OrderBy(column => column.Name, StringComparer.Ordinal))
            Append($"{column.Type}\0{column.Name}\0");
        Append($"{schema.Label.Type}\0\0");
    }

    /// <param name="label">The rows come by content and label, bytewise.</param>
    public void Append(Guid content, string label, bool trusted)
    {
        Span<byte> bytes = stackalloc byte[17];
        content.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[16] = trusted ? (byte)1 : (byte)0;
        hash.AppendData(bytes);
        Append($"{label}\0");
    }

    public string Finish() => Convert.ToHexStringLower(hash.GetHashAndReset());

    public void Dispose() => hash.Dispose();

    private void Append(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text));
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TrainingService.Runs;

/// <summary>
/// The rows that a training gets, in a file: for each the hash of its content (16 bytes), its label (32 bits, <see cref="LabelKinds.LabelCoding"/>), what is said of
/// it (int32), and its cells (float32), all little endian. The way from the database to the process that trains, in no one's heap.
/// </summary>
internal static class RowsFile
{
    public const int HeadBytes = 16 + 4 + 4;
}

[Flags]
internal enum RowMarks
{
    None = 0,

    /// <summary>Of the fixed reference set: judged by, never trained on.</summary>
    Reference = 1,

    /// <summary>A changed copy of another row, of the same content hash: trained on with it, never judged by.</summary>
    Copy = 2,
}

internal sealed class RowsFileWriter(Stream file, int columns) : IDisposable
{
    private readonly byte[] row = new byte[RowsFile.HeadBytes + (columns * sizeof(float))];

    public long Rows { get; private set; }

    /// <param name="label">Encoded.</param>
    /// <param name="cells">[columns]</param>
    public void Add(Guid content, int label, RowMarks marks, ReadOnlySpan<float> cells)
    {
        if (cells.Length != columns)
            throw new ArgumentException($"The row has {cells.Length} cells; {columns} are expected.", nameof(cells));
        content.TryWriteBytes(row, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32LittleEndian(row.AsSpan(16), label);
        BinaryPrimitives.WriteInt32LittleEndian(row.AsSpan(20), (int)marks);
        MemoryMarshal.AsBytes(cells).CopyTo(row.AsSpan(RowsFile.HeadBytes)); // every platform of .NET is little endian
        file.Write(row);
        Rows++;
    }

    public void Dispose() => file.Dispose();
}

internal sealed class RowsFileReader(Stream file, int columns) : IDisposable
{
    private readonly byte[] row = new byte[RowsFile.HeadBytes + (columns * sizeof(float))];

    public UInt128 Content => BinaryPrimitives.ReadUInt128BigEndian(row);

    public int Label => BinaryPrimitives.ReadInt32LittleEndian(row.AsSpan(16));

    public RowMarks Marks => (RowMarks)BinaryPrimitives.ReadInt32LittleEndian(row.AsSpan(20));

    public ReadOnlySpan<float> Cells => MemoryMarshal.Cast<byte, float>(row.AsSpan(RowsFile.HeadBytes));

    /// <summary>On to the next row; false at the end.</summary>
    /// <exception cref="EndOfStreamException">The file ends within a row.</exception>
    public bool Read()
    {
        var read = file.ReadAtLeast(row, row.Length, throwOnEndOfStream: false);
        return read == row.Length || (read == 0 ? false : throw new EndOfStreamException("The file of rows ends within a row."));
    }

    public void Dispose() => file.Dispose();
}

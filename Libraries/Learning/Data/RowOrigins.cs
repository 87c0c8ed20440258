namespace Learning.Data;

/// <summary>Where a table's rows come from, by which they are dealt to the sides of a <see cref="Split"/>.</summary>
/// <param name="Contents">A hash per row: rows of the same content go together.</param>
/// <param name="Reference">Per row, whether it is of the fixed reference set: judged by, and no row of its content is trained on. Null: none is.</param>
/// <param name="Copies">Per row, whether it is a changed copy of the one with the same content: trained on where that is, never judged by. Null: none is.</param>
public sealed record RowOrigins(UInt128[] Contents, bool[]? Reference = null, bool[]? Copies = null)
{
    /// <summary>By the cells themselves (<see cref="RowHash"/>).</summary>
    /// <param name="reference">Hashes of the reference set's rows.</param>
    public static RowOrigins Of(Table table, IReadOnlySet<UInt128>? reference = null, CancellationToken cancellation = default)
    {
        var contents = RowHash.Of(table, cancellation);
        return new RowOrigins(contents, reference is null ? null : Array.ConvertAll(contents, reference.Contains));
    }

    internal bool IsReference(int row) => Reference is not null && Reference[row];

    internal bool IsCopy(int row) => Copies is not null && Copies[row];

    internal void Require(Table table)
    {
        if (Contents.Length != table.Rows || (Reference?.Length ?? table.Rows) != table.Rows || (Copies?.Length ?? table.Rows) != table.Rows)
            throw new ArgumentException($"There are {Contents.Length} contents, {Reference?.Length} marks of reference rows and {Copies?.Length} of copies; the table has {table.Rows} rows.");
    }
}

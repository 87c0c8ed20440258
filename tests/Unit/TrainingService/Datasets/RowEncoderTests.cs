using System.Runtime.InteropServices;
using System.Text;
using Intake;
using NUnit.Framework;
using TrainingService.Datasets;
using TrainingService.Datasets.Posting;
using TrainingService.Datasets.Schema;

namespace Unit.TrainingService.Datasets;

public class RowEncoderTests
{
    private static readonly ColumnSpec[] Columns = [new("n", ColumnType.Number, false), new("c", ColumnType.Category, false), new("b", ColumnType.Boolean, false)];

    [Test]
    public async Task A_row_is_a_float_for_each_column_as_a_model_gets_it()
    {
        var encoder = await EncodeAsync(Columns, """{"n": 1.5, "c": "x", "b": true}""", """{"n": null, "c": "y", "b": null}""", """{"n": -0.0, "c": "x", "b": false}""");
        Assert.That(encoder.Select(row => row.Features), Is.EqualTo(new float[][] { [1.5f, 0, 1], [float.NaN, 1, float.NaN], [0, 0, 0] }));
    }

    [Test]
    public async Task The_hash_of_the_content_goes_by_names_and_texts_and_not_by_places_and_indexes()
    {
        var one = await EncodeAsync(Columns, """{"n": 1, "c": "y", "b": null}""", """{"n": 2, "c": "x", "b": true}""");
        var other = await EncodeAsync([Columns[2], Columns[1], Columns[0]], """{"n": 2, "c": "x", "b": true}""", """{"n": 1, "c": "y", "b": null}""");
        Assert.That(other[0].Content, Is.EqualTo(one[1].Content));
        Assert.That(other[1].Content, Is.EqualTo(one[0].Content));
        Assert.That(one[0].Content, Is.Not.EqualTo(one[1].Content));
    }

    [Test]
    public async Task Missing_zero_and_false_are_three_contents()
    {
        ColumnSpec[] columns = [new("a", ColumnType.Number, false), new("b", ColumnType.Boolean, false)];
        var rows = await EncodeAsync(columns, """{"a": 0, "b": null}""", """{"a": null, "b": false}""", """{"a": null, "b": null}""", """{"a": 0, "b": false}""");
        Assert.That(rows.Select(row => row.Content), Is.Unique);
    }

    [Test]
    public void Ids_are_in_the_order_of_their_rows_and_valid()
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(56);
        var ids = new RowIds(now);
        var made = new[] { 1, 2, 262_143, 262_144, 10_000_000 }.Select(row => ids.Next(row).ToString()).ToArray();
        Assert.That(made, Is.Ordered.And.Unique);
        Assert.That(made.Select(id => id[14]), Is.All.EqualTo('7'));
        Assert.That(made.Select(id => id[19]), Is.All.AnyOf('8', '9', 'a', 'b'));
        Assert.That(made[0], Is.LessThan(new RowIds(now.AddMilliseconds(1)).Next(1).ToString()));
    }

    private static async Task<List<(float[] Features, Guid Content)>> EncodeAsync(ColumnSpec[] columns, params string[] lines)
    {
        var shape = new RowShape([.. columns.Select(column => column.Name)]);
        var (row, bad, encoder) = (new RawRow(columns.Length), new BadRows(), new RowEncoder(columns, new ValueLists(columns.Length, 10)));
        var rows = new JsonRawRows(new LineReader(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines))), new DatasetOptions()), hasLines: true);
        var encoded = new List<(float[], Guid)>();
        while (await rows.ReadAsync(CancellationToken.None))
        {
            Assert.That(rows.Read(shape, row, bad) && encoder.Encode(row, bad), Is.True);
            encoded.Add((MemoryMarshal.Cast<byte, float>(encoder.Features.Span).ToArray(), encoder.Content));
        }
        return encoded;
    }
}

using System.Text;
using System.Text.Json;
using InferenceService.Models;
using InferenceService.Tasks;
using InferenceService.Tasks.Items;
using Intake;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.InferenceService.Tasks;

public class RowReaderTests
{
    private static readonly ColumnSpec[] Columns = [new("kind", ColumnType.Category, ["x"]), new("size", ColumnType.Number), new("open", ColumnType.Boolean)];
    private static readonly TaskOptions Options = new() { MaxRowBytes = 1000 };

    [Test]
    public async Task A_CSV_row_is_typed_by_the_models_columns() => Assert.That(
        await ReadAsync(InputKind.Csv, "size,kind,open\n1e2,7,TRUE\n,,\n12 cm,x,no\n"),
        Is.EqualTo((string[])["""{"size":100,"kind":"7","open":true}""", """{"size":null,"kind":null,"open":null}""", """{"size":"12 cm","kind":"x","open":"no"}"""]));

    [Test]
    public async Task A_CSV_row_of_another_length_fails_alone() => Assert.That(
        await ReadAsync(InputKind.Csv, "size,kind,open\n1,x\n2,x,0\n"),
        Is.EqualTo((string[])["Line 2 has 2 fields, the header 3.", """{"size":2,"kind":"x","open":false}"""]));

    [TestCase("size,kind", "has no column 'open'")]
    [TestCase("size,kind,open,colour", "has the column 'colour'")]
    [TestCase("size,kind,open,size", "has a column twice")]
    public void A_header_is_the_models_columns_each_once(string header, string message) =>
        Assert.That(() => new CsvRows(CsvReader.Open(new MemoryStream(Encoding.UTF8.GetBytes(header)), Options)).CheckHeaderAsync(Columns, CancellationToken.None),
            Throws.InstanceOf<ProblemException>().With.Message.Contains(message));

    [Test]
    public async Task A_line_of_NDJSON_is_a_row_and_a_broken_one_fails_alone() => Assert.That(
        await ReadAsync(InputKind.Ndjson, "\uFEFF{\"a\":1}\r\n\n  \n{\"a\":\n[2]"),
        Is.EqualTo((string[])["""{"a":1}""", "Line 4 is no JSON object (byte 6).", "[2]"]));

    [Test]
    public void A_line_has_a_largest_size() =>
        Assert.That(() => ReadAsync(InputKind.Ndjson, "{}\n" + new string(' ', 1001)), Throws.InstanceOf<ProblemException>().With.Message.StartsWith("Line 2 "));

    [Test]
    public async Task Rows_can_be_skipped_and_not_beyond_the_end()
    {
        var rows = RowReaders.Open(InputKind.Ndjson, new MemoryStream("1\n2\n3"u8.ToArray()), Options);
        await rows.SkipAsync(2, CancellationToken.None);
        Assert.That(await rows.ReadAsync(CancellationToken.None) ? rows.Row(Columns).GetInt32() : 0, Is.EqualTo(3));
        Assert.That(async () => await rows.SkipAsync(1, CancellationToken.None), Throws.InstanceOf<ProblemException>());
    }

    [TestCase("""{"rows": [{"a": [1,"\n"]}, 2, null, "x"]}""", "{\"a\": [1,\"\\n\"]}\n2\nnull\n\"x\"\n")]
    [TestCase("{\"before\": {\"rows\": [0]}, \"rows\": [{\n\r\"a\":\n1}], \"after\": [[]]}", "{  \"a\": 1}\n", TestName = "line breaks and other properties")]
    [TestCase("""{"rows": []}""", "")]
    public async Task JSON_rows_become_lines_wherever_a_read_ends(string json, string expected)
    {
        using var lines = new MemoryStream();
        await new JsonRows(lines, Options, "rows").CopyAsync(new OneByteStream(Encoding.UTF8.GetBytes(json)), CancellationToken.None);
        Assert.That(Encoding.UTF8.GetString(lines.ToArray()), Is.EqualTo(expected));
    }

    [TestCase("[1]", "rows")]
    [TestCase("{}", "rows")]
    [TestCase("""{"rows": 5}""", "rows")]
    [TestCase("""{"rows": [1""", "body")]
    [TestCase("""{"rows": [1]} trailing""", "body")]
    [TestCase("", "body")]
    public void JSON_without_rows_is_400(string json, string field) => Assert.That(
        () => new JsonRows(Stream.Null, Options, "rows").CopyAsync(new MemoryStream(Encoding.UTF8.GetBytes(json)), CancellationToken.None),
        Throws.InstanceOf<ProblemException>().With.Property("Status").EqualTo(400).And.Property("Field").EqualTo(field));

    [Test]
    public void A_JSON_row_has_a_largest_size() => Assert.That(
        () => new JsonRows(Stream.Null, Options, "rows").CopyAsync(new MemoryStream(Encoding.UTF8.GetBytes($$"""{"rows": ["{{new string('x', 200_000)}}"]}""")), CancellationToken.None),
        Throws.InstanceOf<ProblemException>().With.Property("Status").EqualTo(413));

    private static async Task<List<string>> ReadAsync(InputKind kind, string text)
    {
        var rows = RowReaders.Open(kind, new MemoryStream(Encoding.UTF8.GetBytes(text)), Options);
        var read = new List<string>();
        while (await rows.ReadAsync(CancellationToken.None))
        {
            try
            {
                read.Add(JsonSerializer.Serialize(rows.Row(Columns)));
            }
            catch (ProblemException problem)
            {
                read.Add(problem.Message);
            }
        }
        return read;
    }

    private sealed class OneByteStream(byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..1], cancellationToken);
    }
}

using System.Text;
using InferenceService.Tasks;
using Intake;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.InferenceService.Tasks;

public class CsvReaderTests
{
    private const int MaxRecord = 40_000; // more than one buffer of the reader's

    [TestCase("a,b\n1,2\n", "a|b / 1|2")]
    [TestCase("a,b\r\n1,2", "a|b / 1|2", TestName = "Windows line ends, and none at the end")]
    [TestCase("\n\r\na\n\n\nb\n\n", "a / b", TestName = "blank lines")]
    [TestCase("a,,\n,", "a|| / |", TestName = "empty fields")]
    [TestCase("\"a,1\",\"say \"\"hi\"\"\",\"\"\n", "a,1|say \"hi\"|", TestName = "quoted fields")]
    [TestCase("\"two\nlines\",x\ny,z", "two\nlines|x / y|z", TestName = "a field over two lines")]
    [TestCase("\uFEFFa,b", "a|b", TestName = "a byte order mark")]
    [TestCase("", "", TestName = "nothing")]
    public async Task Records_are_read_as_RFC_4180_has_them(string csv, string expected) =>
        Assert.That(string.Join(" / ", (await ReadAllAsync(csv)).Select(record => string.Join('|', record.Fields))), Is.EqualTo(expected));

    [Test]
    public async Task A_record_knows_the_line_it_starts_on() =>
        Assert.That((await ReadAllAsync("a\n\n\"b\nb\"\nc")).Select(record => record.Line), Is.EqualTo((int[])[1, 3, 5]));

    [Test]
    public async Task Where_a_buffer_ends_changes_nothing()
    {
        var rows = Enumerable.Range(0, 5000).Select(i => $"\"{i} \"\"q\"\",\",{new string('x', i % 13)}\r\n");
        var records = await ReadAllAsync(string.Concat(rows));
        Assert.That(records.Select(record => (record.Fields[0], record.Fields[1].Length)), Is.EqualTo(Enumerable.Range(0, 5000).Select(i => ($"{i} \"q\",", i % 13))));
    }

    [TestCase("a,b\n1,\"2\n3,4\n", "Line 2 of the CSV opens a quote that is not closed.", TestName = "a quote never closed")]
    [TestCase("a\nb\"c\n", "Line 2 of the CSV has a quote inside a field that does not start with one.", TestName = "a quote inside")]
    [TestCase("a\n\n\"b\"c\n", "Line 3 of the CSV has text behind a closing quote.", TestName = "text behind a quote")]
    public void Broken_quotes_are_named_by_their_line(string csv, string message) =>
        Assert.That(async () => await ReadAllAsync(csv), Throws.InstanceOf<ProblemException>().With.Message.EqualTo(message));

    [Test]
    public void A_quote_never_closed_does_not_take_in_the_rest_of_the_file() =>
        Assert.That(async () => await ReadAllAsync("a\n\"" + new string('x', 10 * MaxRecord)),
            Throws.InstanceOf<ProblemException>().With.Message.EqualTo("Line 2 of the CSV opens a quote that is not closed."));

    [Test]
    public void A_record_has_a_largest_size() =>
        Assert.That(async () => await ReadAllAsync(new string('x', MaxRecord + 1)), Throws.InstanceOf<ProblemException>().With.Property("Status").EqualTo(413));

    [Test]
    public void What_is_not_UTF_8_is_refused() =>
        Assert.That(async () => await ReadAllAsync([(byte)'a', 0xFF, 0xFE]), Throws.InstanceOf<ProblemException>().With.Message.Contains("UTF-8"));

    private static Task<List<(int Line, string[] Fields)>> ReadAllAsync(string csv) => ReadAllAsync(Encoding.UTF8.GetBytes(csv));

    private static async Task<List<(int Line, string[] Fields)>> ReadAllAsync(byte[] csv)
    {
        var reader = CsvReader.Open(new MemoryStream(csv), new TaskOptions { MaxRowBytes = MaxRecord });
        var records = new List<(int, string[])>();
        while (await reader.ReadAsync(CancellationToken.None))
            records.Add((reader.Line, [.. reader.Fields]));
        return records;
    }
}

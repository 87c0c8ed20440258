using System.Security.Cryptography;
using NUnit.Framework;
using Onnx;
using TestSupport;
using static TestSupport.OnnxFiles;

namespace Unit.Onnx;

[TestFixture, CancelAfter(20_000)]
public sealed class ModelInspectorTests
{
    private static readonly ModelLimits Limits = new();

    [Test]
    public void A_harmless_model_is_described()
    {
        var file = Model(RowGraph([Node("Add", ["x", "w"], ["s"]), Node("Relu", ["s"], ["y"])], [Constant("w", 1, 2)])).ToArray();

        Assert.That(Inspect(file), Is.EqualTo(new ModelFacts(file.Length, IrVersion: 8, Opset: 17, Nodes: 2, Constants: 1, ConstantBytes: 16, GraphDepth: 1)));
    }

    [Test]
    public void Data_outside_the_file_are_refused(
        [Values("../../etc/passwd", "/etc/passwd", "weights.bin", "*/_ORT_MEM_ADDR_/*", "")] string location) =>
        Assert.That(Reason(HostileModels.Outside(location)), Does.Contain("'w'").And.Contain("outside").And.Contain($"'{location}'"));

    [Test]
    public void Data_outside_the_file_are_refused_in_a_subgraph_too()
    {
        var branch = Graph([Node("Identity", ["w"], ["b"])], [External("w", "../x")], [], [Value("b", Float, 4)]);
        var file = Model(RowGraph([Node("If", ["x"], ["y"], "", Attribute("then_branch", branch))])).ToArray();

        Assert.That(Reason(file), Does.Contain("outside the file ('../x')"));
    }

    [Test]
    public void Foreign_operators_are_refused([Values("evil.ops", "com.microsoft.experimental", "ai.onnx.training")] string domain) =>
        Assert.That(Reason(HostileModels.OfDomain(domain)), Does.Contain($"'{domain}'").And.Contain("OperatorDomains allows ai.onnx"));

    [Test]
    public void Known_operators_pass([Values("", "ai.onnx", "ai.onnx.ml", "com.microsoft")] string domain) =>
        Assert.That(Inspect(HostileModels.OfDomain(domain)).Nodes, Is.EqualTo(1));

    [Test]
    public void The_allowed_domains_are_a_setting() =>
        Assert.That(Inspect(HostileModels.OfDomain("our.ops"), Limits with { OperatorDomains = ["our.ops"] }).Nodes, Is.EqualTo(1));

    [Test]
    public void A_million_nodes_are_refused() =>
        Assert.That(Reason(HostileModels.WithNodes(1_000_000)), Does.Contain("MaxNodes"));

    [Test]
    public void As_many_nodes_as_allowed_pass()
    {
        Assert.That(Inspect(HostileModels.WithNodes(10), Limits with { MaxNodes = 10 }).Nodes, Is.EqualTo(10));
        Assert.That(Reason(HostileModels.WithNodes(11), Limits with { MaxNodes = 10 }), Does.Contain("more than 10 nodes"));
    }

    [Test]
    public void Constants_are_counted_as_nodes_are() => Assert.That(
        Reason(Model(RowGraph([Node("Relu", ["x"], ["y"])], Enumerable.Repeat(Constant("c", 1), 11))).ToArray(), Limits with { MaxNodes = 10 }),
        Does.Contain("more than 10 constants"));

    [Test]
    public void Deep_nesting_is_refused_before_it_costs_stack() =>
        Assert.That(Reason(HostileModels.Nested(100_000)), Does.Contain("MaxGraphDepth"));

    [Test]
    public void An_empty_file_is_refused() => Assert.That(Reason([]), Does.Contain("empty"));

    [Test]
    public void Random_bytes_are_refused([Range(1, 20)] int seed)
    {
        var bytes = new byte[5000];
        new Random(seed).NextBytes(bytes);
        Assert.That(Reason(bytes), Does.Contain("not a readable ONNX file").Or.Contain("no ONNX model"));
    }

    [Test]
    public void A_file_cut_anywhere_is_refused()
    {
        var whole = HostileModels.WithGenerator(1, 2);
        for (var length = 1; length < whole.Length; length++)
            Assert.That(() => Inspect(whole[..length]), Throws.TypeOf<ModelRefusedException>(), $"the first {length} of {whole.Length} bytes");
    }

    [Test]
    public void A_file_with_any_byte_changed_is_described_or_refused()
    {
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var file = HostileModels.Greedy();
            for (var change = random.Next(1, 4); change > 0; change--)
                file[random.Next(file.Length)] = (byte)random.Next(256);
            try
            {
                Inspect(file);
            }
            catch (ModelRefusedException)
            {
                // The only exception that may leave.
            }
        }
    }

    [Test]
    public void A_length_beyond_the_file_is_refused([Values(1_000_000UL, long.MaxValue + 0UL, ulong.MaxValue)] ulong length) =>
        Assert.That(Reason(new Protobuf().Number(1, 8).Header(7, length).ToArray()), Does.Contain("a field of"));

    [Test]
    public void A_file_that_is_too_large_is_refused_unread() =>
        Assert.That(Reason(HostileModels.Harmless(), Limits with { MaxFileBytes = 10 }), Does.Contain("MaxFileBytes allows 10 bytes"));

    [Test]
    public void A_version_from_the_future_is_refused()
    {
        var graph = RowGraph([Node("Relu", ["x"], ["y"])]);
        Assert.That(Reason(Model(graph, opset: 900).ToArray()), Does.Contain("operator set is 900"));
        Assert.That(Reason(Model(graph, irVersion: 900).ToArray()), Does.Contain("IR version is 900"));
    }

    [Test]
    public void Functions_are_refused() =>
        Assert.That(Reason(Model(RowGraph([Node("Relu", ["x"], ["y"])])).Message(25, new Protobuf().Text(1, "f")).ToArray()), Does.Contain("functions"));

    [Test]
    public void What_a_stranger_wrote_reaches_the_reason_without_control_characters() =>
        Assert.That(Reason(HostileModels.OfDomain("evil\r\n\u001b[2J" + new string('x', 4000))), Does.Match("^[^\\p{C}]{1,300}$"));

    [Test]
    public void Random_content_of_any_size_costs_no_memory()
    {
        var bytes = new byte[50_000_000];
        var file = Model(RowGraph([Node("Relu", ["x"], ["y"])], [Tensor("w", Float, [12_500_000]).Bytes(9, bytes)])).ToArray();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Inspect(file);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000_000));
    }

    internal static ModelFacts Inspect(byte[] file, ModelLimits? limits = null) => ModelInspector.Inspect(new MemoryStream(file), limits ?? Limits);

    internal static string Reason(byte[] file, ModelLimits? limits = null) =>
        Assert.Throws<ModelRefusedException>(() => Inspect(file, limits))!.Message;
}

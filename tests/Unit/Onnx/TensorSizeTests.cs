using NUnit.Framework;
using Onnx;
using TestSupport;
using static TestSupport.OnnxFiles;
using static Unit.Onnx.ModelInspectorTests;

namespace Unit.Onnx;

[TestFixture]
public sealed class TensorSizeTests
{
    private const long Huge = 1L << 40;

    [Test]
    public void A_tensor_made_of_nothing_is_refused([Values(1, 2, 3)] int sides) => Assert.That(
        Reason(HostileModels.WithGenerator([.. Enumerable.Repeat(Huge, sides)])),
        Does.Contain("'the ConstantOfShape'").And.Contain("MaxTensorBytes"));

    [Test]
    public void A_small_one_passes() => Assert.That(Inspect(HostileModels.WithGenerator(100, 100)).Nodes, Is.EqualTo(2));

    [TestCase("Expand", "x,shape", Huge, 2)]
    [TestCase("Tile", "x,shape", Huge, 2)]
    [TestCase("OneHot", "x,shape", Huge)]
    [TestCase("Pad", "x,shape", 0, Huge, 0, Huge)]
    [TestCase("Resize", "x,,,shape", 1, Huge)]
    public void So_is_every_other_way_to_make_one(string op, string inputs, params object[] sizes) => Assert.That(
        Reason(Model(RowGraph([Node(op, inputs.Split(','), ["y"])], [Constant("shape", [.. sizes.Select(Convert.ToInt64)])])).ToArray()),
        Does.Contain(op).And.Contain("MaxTensorBytes"));

    [Test]
    public void So_is_a_long_range() => Assert.That(
        Reason(Model(RowGraph([Node("Range", ["a", "b", "c"], ["y"])], [Scalar("a", 0), Scalar("b", Huge), Scalar("c", 2)])).ToArray()),
        Does.Contain("Range").And.Contain("MaxTensorBytes"));

    [Test]
    public void So_is_a_shape_given_as_an_attribute() => Assert.That(
        Reason(Model(RowGraph([Node("RandomNormal", [], ["y"], "", Attribute("shape", [Huge, 2]))])).ToArray()),
        Does.Contain("RandomNormal").And.Contain("MaxTensorBytes"));

    [Test]
    public void So_is_a_shape_that_a_node_holds() => Assert.That(
        Reason(Model(RowGraph([Node("Constant", [], ["shape"], "", Attribute("value_ints", [Huge, 1])), Node("ConstantOfShape", ["shape"], ["y"])])).ToArray()),
        Does.Contain("ConstantOfShape").And.Contain("MaxTensorBytes"));

    [Test]
    public void A_constant_that_claims_more_than_it_holds_is_refused() => Assert.That(
        Reason(Model(RowGraph([Node("Relu", ["x"], ["y"])], [Tensor("w", Float, [1_000_000]).Bytes(9, new byte[16])])).ToArray()),
        Does.Contain("'w'").And.Contain("claims 1000000 elements"));

    [Test]
    public void Constants_that_are_too_large_together_are_refused() => Assert.That(
        Reason(
            Model(RowGraph([Node("Relu", ["x"], ["y"])], Enumerable.Repeat(Tensor("w", Float, [250]).Bytes(9, new byte[1000]), 3))).ToArray(),
            new ModelLimits { MaxInitializerBytes = 2500 }),
        Does.Contain("MaxInitializerBytes allows 2500 bytes"));

    [Test]
    public void A_sparse_constant_counts_as_what_it_unpacks_to()
    {
        var sparse = new Protobuf().Message(1, Tensor("w", Float, [1]).Bytes(9, new byte[4])).Message(2, Constant("at", 0)).Number(3, Huge);
        var file = Model(RowGraph([Node("Relu", ["x"], ["y"])]).Message(15, sparse)).ToArray();

        Assert.That(Reason(file), Does.Contain("MaxInitializerBytes"));
    }

    [Test]
    public void A_declared_output_that_is_too_large_is_refused() => Assert.That(
        Reason(Model(Graph([Node("Relu", ["x"], ["y"])], [], [], [Value("y", Float, -1, Huge, Huge)])).ToArray()),
        Does.Contain("Output 'y'").And.Contain("MaxOutputBytes"));

    [Test]
    public void A_negative_side_is_refused() => Assert.That(
        Reason(Model(RowGraph([Node("Relu", ["x"], ["y"])], [Tensor("w", Float, [-5])])).ToArray()), Does.Contain("a side of -5"));
}

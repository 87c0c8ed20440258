using System.Text.Json;
using Learning.Data;
using Onnx.Writing;

namespace Learning.Trees;

/// <summary>
/// XGBoost's trees out of its JSON, as the lists that ONNX's TreeEnsembleRegressor has. A number goes left where it is less than the
/// threshold, in both (BRANCH_LT). A category goes right where it is the one that is split off: there the true branch is the
/// right one (BRANCH_EQ). An unknown category equals none, as in XGBoost; missing follows the learned direction.
/// </summary>
internal sealed class TreeEnsemble
{
    private readonly List<long> trees = [], ids = [], features = [], trueNodes = [], falseNodes = [], missingIsTrue = [], leafTrees = [], leafIds = [], leafTargets = [];
    private readonly List<float> values = [], leafWeights = [];
    private readonly List<string> modes = [];

    private TreeEnsemble(int columns) => Gains = new double[columns];

    /// <summary>By column.</summary>
    public double[] Gains { get; }

    /// <param name="count">Of the trees that count: those grown after the best round do not.</param>
    public static TreeEnsemble Read(JsonElement model, TableSchema schema, int count)
    {
        var ensemble = new TreeEnsemble(schema.Columns.Count);
        var grown = model.GetProperty("learner").GetProperty("gradient_booster").GetProperty("model");
        var targets = Longs(grown, "tree_info");
        foreach (var (tree, content) in grown.GetProperty("trees").EnumerateArray().Take(count).Index())
            ensemble.Add(tree, targets[tree], content, schema);
        return ensemble;
    }

    /// <returns>Margins <c>[N,outputs]</c>.</returns>
    public string AddTo(GraphBuilder graph, string rows, int outputs) => graph.MlNode("TreeEnsembleRegressor", [rows], ["margins"],
        NodeAttribute.Of("n_targets", outputs),
        NodeAttribute.Of("aggregate_function", "SUM"),
        NodeAttribute.Of("post_transform", "NONE"),
        NodeAttribute.Of("nodes_treeids", trees),
        NodeAttribute.Of("nodes_nodeids", ids),
        NodeAttribute.Of("nodes_featureids", features),
        NodeAttribute.Of("nodes_values", values),
        NodeAttribute.Of("nodes_modes", modes),
        NodeAttribute.Of("nodes_truenodeids", trueNodes),
        NodeAttribute.Of("nodes_falsenodeids", falseNodes),
        NodeAttribute.Of("nodes_missing_value_tracks_true", missingIsTrue),
        NodeAttribute.Of("target_treeids", leafTrees),
        NodeAttribute.Of("target_nodeids", leafIds),
        NodeAttribute.Of("target_ids", leafTargets),
        NodeAttribute.Of("target_weights", leafWeights));

    private void Add(int tree, long target, JsonElement json, TableSchema schema)
    {
        var (left, right, columns, missingIsLeft) = (Longs(json, "left_children"), Longs(json, "right_children"), Longs(json, "split_indices"), Longs(json, "default_left"));
        var (conditions, gains) = (Reals(json, "split_conditions"), Reals(json, "loss_changes"));
        var categoryOf = Categories(json);
        for (var node = 0; node < left.Length; node++)
        {
            trees.Add(tree);
            ids.Add(node);
            if (left[node] < 0)
            {
                AddNode("LEAF", 0, 0, 0, 0, false);
                leafTrees.Add(tree);
                leafIds.Add(node);
                leafTargets.Add(target);
                leafWeights.Add(conditions[node]);
                continue;
            }
            Gains[columns[node]] += gains[node];
            if (categoryOf.TryGetValue(node, out var category))
            {
                var known = schema.Columns[(int)columns[node]].Values.Count;
                AddNode("BRANCH_EQ", columns[node], category == known ? Column.Unknown : category, right[node], left[node], missingIsLeft[node] == 0);
            }
            else
                AddNode("BRANCH_LT", columns[node], conditions[node], left[node], right[node], missingIsLeft[node] != 0);
        }
    }

    private void AddNode(string mode, long feature, float value, long whenTrue, long whenFalse, bool missing)
    {
        modes.Add(mode);
        features.Add(feature);
        values.Add(value);
        trueNodes.Add(whenTrue);
        falseNodes.Add(whenFalse);
        missingIsTrue.Add(missing ? 1 : 0);
    }

    // Sets of categories, one after the other; max_cat_to_onehot keeps every set to one.
    private static Dictionary<int, long> Categories(JsonElement json)
    {
        var (nodes, sizes, categories) = (Longs(json, "categories_nodes"), Longs(json, "categories_sizes"), Longs(json, "categories"));
        if (sizes.Any(size => size != 1))
            throw new InvalidOperationException("XGBoost split off several categories at once; max_cat_to_onehot should prevent that.");
        return nodes.Index().ToDictionary(node => (int)node.Item, node => categories[node.Index]);
    }

    private static long[] Longs(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(value => value.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => value.GetInt64(),
    })];

    private static float[] Reals(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];
}

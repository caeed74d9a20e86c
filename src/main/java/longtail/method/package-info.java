/** One step of learning, and the state that each method carries between steps. */
package longtail.method;
